import Substrate

@testable import Cryptography

/// A stream that a script makes, and what a plain reading of RFC 8446 §4.6 and §5 says about it.
///
/// A piece is `kind, count`, then `count` bytes. Bit 0 of the kind: the bytes go into the stream as they are. Bit 2: they
/// stand 64 times. Bit 3: two more bytes say how many zeros follow them. Bit 1 of the first kind: we are the client.
struct RecordScript {
    static let secrets = (client: secret("11"), server: secret("22"))

    private(set) var wire: [UInt8] = []
    private(set) var plaintext: [UInt8] = []
    private(set) var ending = StreamEnding.waits
    private(set) var requestedUpdates = 0
    let isClient: Bool
    private var reading: HandshakeReading
    private var peerSecret: TrafficSecret
    private var peer: CraftedRecords
    private var quietRecords = 0
    /// Where bytes began that were not sealed: nothing behind them can be a record.
    private var unsealedFrom: Int?

    private static func secret(_ pair: String) -> TrafficSecret {
        guard
            let secret = Array(String(repeating: pair, count: 32).utf8).withBytes({ TrafficSecret(hex: $0) })
        else { fatalError("64 digits are a secret") }
        return secret
    }

    init(_ input: Bytes) {
        isClient = !input.isEmpty && input[0] & 2 != 0
        reading = HandshakeReading(isClient: isClient)
        peerSecret = isClient ? Self.secrets.server : Self.secrets.client
        peer = CraftedRecords(peerSecret)
        var index = 0
        while index + 2 <= input.count {
            let kind = input[index]
            var piece = input.dropFirst(index + 2).prefix(Int(input[index + 1])).array
            index += 2 + piece.count
            if kind & 4 != 0 { piece = (0..<64).flatMap { _ in piece } }
            if kind & 8 != 0, index + 2 <= input.count {
                let zeros = (Int(input[index]) << 8 | Int(input[index + 1])) % 17_000
                piece += [UInt8](repeating: 0, count: zeros)
                index += 2
            }
            if kind & 1 != 0 { addUnsealed(piece) } else { addSealed(piece) }
        }
        if let start = unsealedFrom, ending == .waits {
            ending = Self.ending(ofUnsealed: Array(wire[start...]))
        }
    }

    private mutating func addUnsealed(_ bytes: [UInt8]) {
        if unsealedFrom == nil, !bytes.isEmpty { unsealedFrom = wire.count }
        wire += bytes
    }

    private static func ending(ofUnsealed bytes: [UInt8]) -> StreamEnding {
        guard bytes.count >= 5 else { return .waits }
        let length = Int(bytes[3]) << 8 | Int(bytes[4])
        if bytes[0] != 23 { return .fault(.broken(.unexpectedMessage)) }
        if length > 16_640 { return .fault(.broken(.recordOverflow)) }
        // Whoever has not the key hits no tag.
        return length <= 16 || bytes.count - 5 >= length ? .fault(.broken(.badRecordMAC)) : .waits
    }

    private mutating func addSealed(_ inner: [UInt8]) {
        wire += peer.record(inner: inner)
        guard ending == .waits, unsealedFrom == nil else { return }
        do throws(RecordFault) { try read(inner) } catch { ending = .fault(error) }
    }

    private mutating func read(_ inner: [UInt8]) throws(RecordFault) {
        if inner.count > 16_624 { throw .broken(.recordOverflow) }
        if inner.isEmpty { throw .broken(.badRecordMAC) }
        if inner.count > 16_385 { throw .broken(.recordOverflow) }
        guard let last = inner.lastIndex(where: { $0 != 0 }), [21, 22, 23].contains(inner[last]) else {
            throw .broken(.unexpectedMessage)
        }
        let content = Array(inner[..<last])
        if inner[last] == 23 {
            if reading.isMidway { throw .broken(.unexpectedMessage) }
            plaintext += content
        }
        quietRecords = inner[last] == 23 && !content.isEmpty ? 0 : quietRecords + 1
        if quietRecords > 32 { throw .broken(.unexpectedMessage) }
        switch inner[last] {
        case 21: try readAlert(content)
        case 22: try readHandshake(content)
        default: break
        }
    }

    private mutating func readAlert(_ content: [UInt8]) throws(RecordFault) {
        if reading.isMidway { throw .broken(.unexpectedMessage) }
        if content.count != 2 { throw .broken(.decodeError) }
        switch content[1] {
        case 0: ending = .closed
        case 90: break
        default: throw .peerAlert(content[1])
        }
    }

    private mutating func readHandshake(_ content: [UInt8]) throws(RecordFault) {
        if content.isEmpty { throw .broken(.unexpectedMessage) }
        guard let isRequested = try reading.read(content) else { return }
        if isRequested { requestedUpdates += 1 }
        guard peerSecret.advance(of: .aes128GCM) else { throw .library }
        peer = CraftedRecords(peerSecret)
    }
}
