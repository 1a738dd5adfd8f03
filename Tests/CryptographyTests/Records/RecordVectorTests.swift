import Substrate
import Testing

@testable import Cryptography

/// The "simple 1-RTT handshake" of RFC 8448 §3: its application secrets, keys and records.
@Suite struct RecordVectorTests {
    static let clientSecret = "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"
    static let serverSecret = "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643"
    static let clientRecord =
        "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62"
        + "974e1f5a6292a2977014bd1e3deae63aeebb21694915e4"
    static let payload = (0..<50).map { UInt8($0) }

    func bytes(_ hex: String) -> [UInt8] {
        var out: [UInt8] = []
        var rest = Substring(hex)
        while !rest.isEmpty {
            out.append(UInt8(rest.prefix(2), radix: 16)!)
            rest = rest.dropFirst(2)
        }
        return out
    }

    func secret(_ hex: String) -> TrafficSecret {
        Array(hex.utf8).withBytes { TrafficSecret(hex: $0) } ?? TrafficSecret()
    }

    func expand(_ hex: String, _ label: StaticString, _ count: Int) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: count)
        let source = secret(hex)
        let isDone = unsafe out.withUnsafeMutableBufferPointer {
            unsafe source.expand(label, of: .aes128GCM, into: $0)
        }
        return isDone ? out : []
    }

    @Test func `keys come out of the secrets as in the RFC`() {
        #expect(expand(Self.serverSecret, "key", 16) == bytes("9f02283b6c9c07efc26bb9f2ac92e356"))
        #expect(expand(Self.serverSecret, "iv", 12) == bytes("cf782b88dd83549aadf1e984"))
        #expect(expand(Self.clientSecret, "key", 16) == bytes("17422dda596ed5d9acd890e3c63f5051"))
        #expect(expand(Self.clientSecret, "iv", 12) == bytes("5b78923dee08579033e523d9"))
    }

    @Test func `the client's record opens to the RFC's payload`() throws {
        guard
            var cipher = RecordCipher.make(secret(Self.clientSecret), of: .aes128GCM, isSealing: false)
        else { throw RecordFault.library }
        var room = [UInt8](repeating: 0, count: 64)
        let count = bytes(Self.clientRecord).withBytes { record in
            unsafe room.withUnsafeMutableBufferPointer { unsafe cipher.open(record, into: $0) }
        }
        #expect(count == 51)
        #expect(Array(room[..<51]) == Self.payload + [23])
    }

    @Test func `the payload is sealed to the RFC's record`() throws {
        guard
            var cipher = RecordCipher.make(secret(Self.clientSecret), of: .aes128GCM, isSealing: true)
        else { throw RecordFault.library }
        var output = ByteBuffer()
        let isSealed = Self.payload.withBytes { cipher.seal($0, as: .applicationData, into: &output) }
        #expect(isSealed)
        let wire = output.bytes.array
        #expect(wire == bytes(Self.clientRecord))
    }

    @Test func `a secret is read from a key log line, and from nothing else`() {
        var state = SessionState()
        let random = String(repeating: "ab", count: 32)
        func note(_ line: String) { Array(line.utf8).withBytes { state.note(keyLogLine: $0) } }
        note("CLIENT_HANDSHAKE_TRAFFIC_SECRET \(random) \(Self.clientSecret)")
        note("CLIENT_TRAFFIC_SECRET_0 \(random)")
        note("CLIENT_TRAFFIC_SECRET_0 \(random) \(Self.clientSecret)0")
        note("CLIENT_TRAFFIC_SECRET_0 \(random) \(Self.clientSecret.dropLast())g")
        note("CLIENT_TRAFFIC_SECRET_0 \(random) \(String(repeating: "00", count: 49))")
        note("CLIENT_TRAFFIC_SECRET_0 \(random) ")
        var counts = (state.clientSecret.count, state.serverSecret.count)
        #expect(counts == (0, 0))
        note("SERVER_TRAFFIC_SECRET_0 \(random) \(Self.serverSecret)")
        note("CLIENT_TRAFFIC_SECRET_0 \(random) \(String(repeating: "0F", count: 48))")
        counts = (state.clientSecret.count, state.serverSecret.count)
        #expect(counts == (48, 32))
        state.wipeSecrets()
        counts = (state.clientSecret.count, state.serverSecret.count)
        #expect(counts == (0, 0))
    }
}
