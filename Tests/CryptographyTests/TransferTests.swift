import COpenSSL
import MeshTestKit
import Substrate
import Testing

@testable import Cryptography

@Suite struct TransferTests {
    let fixture = TLSFixture()

    func established(_ version: TLSVersion = .tls13) throws -> TLSPair {
        let pair = try TLSPair(client: fixture.client(version: version), server: fixture.server())
        #expect(pair.handshake() == (.complete, .complete))
        return pair
    }

    func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) } }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `a megabyte passes in both directions`(version: TLSVersion) throws {
        let pair = try established(version)
        let body = pattern(1 << 20)
        #expect(pair.clientWrites(body))
        #expect(pair.serverReads() == (body, .needsInput))
        #expect(pair.serverWrites(body))
        #expect(pair.clientReads(chunk: 1_400) == (body, .needsInput))
    }

    @Test func `ciphertext may come byte by byte`() throws {
        let pair = try established()
        let body = pattern(20_000)
        #expect(pair.clientWrites(body))
        #expect(pair.serverReads(chunk: 1) == (body, .needsInput))
    }

    @Test func `ciphertext may be cut at every byte`() throws {
        let pair = try established()
        let body = pattern(300)
        #expect(pair.clientWrites(body))
        let length = pair.fromClient.count
        _ = pair.serverReads()
        for offset in 1..<length {
            #expect(pair.clientWrites(body))
            #expect(pair.serverReads(chunk: offset) == (body, .needsInput))
        }
    }

    @Test func `a room smaller than the record leaves the rest pending`() throws {
        let pair = try established()
        let body = pattern(1_000)
        #expect(pair.clientWrites(body))
        var plaintext = [UInt8](repeating: 0, count: 400)
        let input = pair.fromClient.bytes
        let (step, consumed) = unsafe plaintext.withUnsafeMutableBufferPointer {
            unsafe pair.server.read(input: input, into: $0, output: &pair.fromServer)
        }
        guard case .bytes(400) = step else {
            Issue.record("one full room was expected")
            return
        }
        #expect(consumed == input.count)
        #expect(pair.serverHasPending)
        pair.fromClient.consume(consumed)
        #expect(pair.serverReads(room: 7) == (Array(body[400...]), .needsInput))
        #expect(!pair.serverHasPending)
    }

    @Test func `part of a record is not pending plaintext`() throws {
        let pair = try established()
        #expect(pair.clientWrites(pattern(100)))
        pair.fromClient.truncate(to: 50)
        #expect(pair.serverReads() == ([], .needsInput))
        #expect(!pair.serverHasPending)
    }

    @Test func `a record fits the room of 16 KiB and one byte more makes two`() throws {
        let pair = try established()
        #expect(pair.clientWrites(pattern(TLSLimits.maxRecordBytes)))
        let one = pair.fromClient.count
        _ = pair.serverReads()
        #expect(pair.clientWrites(pattern(TLSLimits.maxRecordBytes + 1)))
        #expect(pair.wireFromClient.count > one + 1 + 20)
        #expect(pair.serverReads() == (pattern(TLSLimits.maxRecordBytes + 1), .needsInput))
    }

    @Test func `reading behind a buffer grows it by what was decrypted`() throws {
        let pair = try established()
        #expect(pair.clientWrites(Array("hello".utf8)))
        var plaintext = ByteBuffer()
        plaintext.append(">")
        let input = pair.fromClient.bytes
        let (_, consumed) = pair.server.read(
            input: input, appendingTo: &plaintext, output: &pair.fromServer)
        #expect(consumed == input.count)
        #expect(plaintext.bytes.text == ">hello")
    }

    @Test func `an empty write sends nothing`() throws {
        let pair = try established()
        #expect(pair.clientWrites([]))
        #expect(pair.wireFromClient.isEmpty)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `close_notify ends a direction cleanly, and the other goes on`(version: TLSVersion) throws {
        let pair = try established(version)
        #expect(pair.clientWrites(Array("last".utf8)))
        pair.client.shutdown(output: &pair.fromClient)
        #expect(pair.serverReads() == (Array("last".utf8), .closed))
        #expect(pair.serverInputEnded() == nil)
        #expect(pair.serverWrites(Array("answer".utf8)))
        pair.server.shutdown(output: &pair.fromServer)
        #expect(pair.clientReads() == (Array("answer".utf8), .closed))
    }

    @Test func `input that ends without close_notify is truncation`() throws {
        let pair = try established()
        #expect(pair.clientWrites(Array("half".utf8)))
        #expect(pair.serverReads() == (Array("half".utf8), .needsInput))
        #expect(pair.serverInputEnded() == .truncated)
        #expect(!pair.serverWrites(Array("x".utf8)))
    }

    @Test func `input that ends inside the handshake is truncation`() throws {
        var session = try TLSSession(server: fixture.server())
        let kind = session.inputEnded()?.kind
        #expect(kind == .truncated)
    }

    @Test func `a changed byte of a record ends the session with an alert`() throws {
        let pair = try established()
        #expect(pair.clientWrites(pattern(64)))
        var wire = pair.fromClient.bytes.array
        wire[wire.count - 1] ^= 1
        pair.fromClient.removeAll()
        wire.withBytes { pair.fromClient.append($0) }
        #expect(pair.serverReads() == ([], .failed(.protocolError)))
        #expect(pair.clientReads().ending == .failed(.peerAlert(20)))
    }

    @Test func `a record replayed is refused`() throws {
        let pair = try established()
        #expect(pair.clientWrites(pattern(64)))
        let wire = pair.fromClient.bytes.array
        wire.withBytes { pair.fromClient.append($0) }
        #expect(pair.serverReads() == (pattern(64), .failed(.protocolError)))
    }

    @Test func `an oversized record length is refused before it is read`() throws {
        let pair = try established()
        let header: [UInt8] = [0x17, 0x03, 0x03, 0xFF, 0xFF]
        header.withBytes { pair.fromClient.append($0) }
        #expect(pair.serverReads() == ([], .failed(.protocolError)))
    }

    @Test func `renegotiation is refused and the session goes on`() throws {
        let pair = try established(.tls12)
        let ssl = unsafe pair.client.ssl
        let state = unsafe pair.client.state
        unsafe SSL_clear_options(ssl, COpenSSL_noRenegotiation)
        #expect(unsafe SSL_renegotiate(ssl) == 1)
        unsafe withUnsafeMutablePointer(to: &pair.fromClient) { sink in
            unsafe state.pointee.lend(Bytes(), sink)
            _ = unsafe SSL_do_handshake(ssl)
            _ = unsafe state.pointee.revoke()
        }
        #expect(pair.wireFromClient.count > 100)
        #expect(pair.serverReads() == ([], .needsInput))
        // A warning alert and no ServerHello.
        #expect(pair.wireFromServer[0] == 0x15)
        #expect(pair.wireFromServer.count < 50)
        #expect(pair.server.failure == nil)
    }

    @Test func `a session outlives the contexts it was made of`() throws {
        let pair = try makePairAndDropContexts()
        #expect(pair.handshake() == (.complete, .complete))
        #expect(pair.clientWrites(pattern(100)))
        #expect(pair.serverReads() == (pattern(100), .needsInput))
        #expect(pair.server.alpnName.text == "http/1.1")
    }

    func makePairAndDropContexts() throws -> TLSPair {
        var server: TLSServerContext? = try fixture.server()
        let pair = try TLSPair(client: fixture.client(), server: #require(server))
        // What a reload does: new sessions get the new context, this one keeps its own.
        server = try fixture.server(alpn: ["h2"])
        #expect(server != nil)
        return pair
    }

    @Test func `no session is resumed`() throws {
        let pair = try established(.tls12)
        #expect(unsafe SSL_session_reused(pair.server.ssl) == 0)
        let session = unsafe SSL_get_session(pair.client.ssl)
        #expect(unsafe SSL_SESSION_has_ticket(session) == 0)
        #expect(
            unsafe SSL_SESSION_is_resumable(session) == 0
                || SSL_SESSION_get_ticket_lifetime_hint(session) == 0)
    }

    @Test func `a thousand sessions come and go`() throws {
        let client = try fixture.client()
        let server = try fixture.server()
        for index in 0..<1_000 {
            let pair = try TLSPair(client: client, server: server)
            // Most are dropped at some point of the handshake.
            if index % 10 == 0 { pair.handshake() } else { pair.handshake(.clientStream(index)) }
        }
    }
}
