import MeshTestKit
import Substrate
import Testing

@testable import Cryptography

@Suite struct HandshakeTests {
    let fixture = TLSFixture()

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `both sides prove themselves and agree on version, protocol and name`(version: TLSVersion) throws {
        let pair = try TLSPair(client: fixture.client(version: version), server: fixture.server())
        let result = pair.handshake()
        #expect(result.client == .complete)
        #expect(result.server == .complete)
        #expect(pair.server.version == version)
        #expect(pair.client.version == version)
        #expect(pair.server.alpn == .http1)
        #expect(pair.client.alpn == .http1)
        #expect(pair.requestedName == "localhost")
        #expect(pair.identityAtServer == "spiffe spiffe://mesh.test/service/edge")
    }

    @Test func `nothing is known of the peer before the handshake is complete`() throws {
        let pair = try TLSPair(client: fixture.client(), server: fixture.server())
        #expect(pair.server.version == nil)
        #expect(pair.server.alpn == .none)
        #expect(pair.requestedName == "")
        #expect(pair.identityAtServer == "none")
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `every flight of a handshake may come byte by byte`(version: TLSVersion) throws {
        let pair = try TLSPair(client: fixture.client(version: version), server: fixture.server())
        let result = pair.handshake(.everyByte)
        #expect(result.client == .complete)
        #expect(result.server == .complete)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `every flight of a handshake may be cut at every byte`(version: TLSVersion) throws {
        let client = try fixture.client(version: version)
        let server = try fixture.server()
        let whole = try TLSPair(client: client, server: server)
        whole.handshake()
        var failures: [String] = []
        for offset in 1..<whole.clientSent {
            let pair = try TLSPair(client: client, server: server)
            let result = pair.handshake(.clientStream(offset))
            if result != (.complete, .complete) { failures.append("client stream at \(offset)") }
        }
        for offset in 1..<whole.serverSent {
            let pair = try TLSPair(client: client, server: server)
            let result = pair.handshake(.serverStream(offset))
            if result != (.complete, .complete) { failures.append("server stream at \(offset)") }
        }
        #expect(failures == [])
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `a request in the same segment as Finished stays for read`(version: TLSVersion) throws {
        let pair = try TLSPair(client: fixture.client(version: version), server: fixture.server())
        // The client is done one flight before the server under TLS 1.3: its request follows its Finished.
        if version == .tls13 {
            _ = pair.client.handshake(input: Bytes(), now: pair.now, output: &pair.fromClient)
            _ = pair.server.handshake(
                input: pair.fromClient.bytes, now: pair.now, output: &pair.fromServer)
            pair.fromClient.removeAll()
            _ = pair.client.handshake(
                input: pair.fromServer.bytes, now: pair.now, output: &pair.fromClient)
            #expect(pair.clientIsEstablished)
            #expect(pair.clientWrites(Array("GET /".utf8)))
            let (step, consumed) = pair.server.handshake(
                input: pair.fromClient.bytes, now: pair.now, output: &pair.fromServer)
            guard case .complete = step else {
                Issue.record("the handshake is not complete")
                return
            }
            #expect(consumed < pair.wireFromClient.count)
            pair.fromClient.consume(consumed)
        } else {
            pair.handshake()
            #expect(pair.clientWrites(Array("GET /".utf8)))
        }
        #expect(pair.serverReads().plaintext == Array("GET /".utf8))
    }

    @Test func `Finished and the request behind it may be cut at every byte`() throws {
        let client = try fixture.client()
        let server = try fixture.server()
        let request = Array("GET / HTTP/1.1".utf8)
        var offset = 1
        var length = Int.max
        var failures: [Int] = []
        while offset < length {
            let pair = try TLSPair(client: client, server: server)
            pair.exchangeHellos()
            _ = pair.clientWrites(request)
            length = pair.wireFromClient.count
            let first = pair.serverTakes(offset)
            let second = pair.serverTakes(.max)
            if first + second != request { failures.append(offset) }
            offset += 1
        }
        #expect(failures == [])
        #expect(length > 500)
    }

    @Test func `a changed byte of a server's first flight never goes unseen`() throws {
        let client = try fixture.client()
        let server = try fixture.server()
        var unseen: [Int] = []
        var index = 0
        var length = 1
        while index < length {
            let pair = try TLSPair(client: client, server: server)
            pair.mutatesServerByte = index
            let result = pair.handshake()
            length = max(length, pair.serverSent)
            if result.client == .complete, index < pair.serverSent { unseen.append(index) }
            index += 1
        }
        #expect(length > 600)
        // The version in the header of an unencrypted record "MUST be ignored" (RFC 8446 §5.1): ServerHello is the
        // first record, a ChangeCipherSpec of six bytes the second.
        let hello = try serverHelloLength(client: client, server: server)
        #expect(Set(unseen).isSubset(of: [1, 2, hello + 1, hello + 2]))
    }

    /// Of the first record, with its header.
    func serverHelloLength(client: TLSClientContext, server: TLSServerContext) throws -> Int {
        let pair = try TLSPair(client: client, server: server)
        _ = pair.client.handshake(input: Bytes(), now: pair.now, output: &pair.fromClient)
        _ = pair.server.handshake(input: pair.fromClient.bytes, now: pair.now, output: &pair.fromServer)
        return 5 + (Int(pair.wireFromServer[3]) << 8) + Int(pair.wireFromServer[4])
    }

    @Test func `TLS 1.3 only refuses a client of TLS 1.2 with an alert`() throws {
        let pair = try TLSPair(
            client: fixture.client(version: .tls12), server: fixture.server(minimumVersion: .tls13))
        let result = pair.handshake()
        #expect(result.server == .failed(.nothingInCommon))
        #expect(result.client == .failed(.peerAlert(70)))
    }

    @Test func `plain HTTP on a TLS port is told from broken TLS`() throws {
        var session = try TLSSession(server: fixture.server())
        var output = ByteBuffer()
        let (step, _) = session.handshake(
            input: Bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), now: TestAuthority.now, output: &output)
        guard case .failed(let failure) = step else {
            Issue.record("plain HTTP was taken for TLS")
            return
        }
        #expect(failure.kind == .notTLS)
        let kept = session.failure
        #expect(kept == failure)
    }

    @Test func `a failed session stays failed and takes no more input`() throws {
        var session = try TLSSession(server: fixture.server())
        var output = ByteBuffer()
        _ = session.handshake(input: Bytes("not TLS at all"), now: TestAuthority.now, output: &output)
        let (step, consumed) = session.handshake(
            input: Bytes("more"), now: TestAuthority.now, output: &output)
        #expect(consumed == 0)
        guard case .failed = step else {
            Issue.record("a failed session went on")
            return
        }
        let isWritten = session.write(Bytes("x"), output: &output)
        #expect(!isWritten)
    }

    @Test func `every mutation of one byte of a client's first flight is survived`() throws {
        let server = try fixture.server()
        var client = try TLSSession(client: fixture.client())
        var flight = ByteBuffer()
        _ = client.handshake(input: Bytes(), now: TestAuthority.now, output: &flight)
        let original = flight.bytes.array
        for index in original.indices {
            for change: UInt8 in [0x01, 0x80, 0xFF] {
                var mutated = original
                mutated[index] ^= change
                var session = try TLSSession(server: server)
                var output = ByteBuffer()
                mutated.withBytes {
                    _ = session.handshake(input: $0, now: TestAuthority.now, output: &output)
                }
                let isEstablished = session.isEstablished
                #expect(!isEstablished)
            }
        }
    }

    @Test func `the server's order of protocols wins`() throws {
        let pair = try TLSPair(
            client: fixture.client(alpn: ["http/1.1", "h2"]),
            server: fixture.server(alpn: ["h2", "http/1.1"]))
        pair.handshake()
        #expect(pair.server.alpn == .http2)
        #expect(pair.client.alpnName.text == "h2")
    }

    @Test func `no protocol in common ends the handshake`() throws {
        let pair = try TLSPair(client: fixture.client(alpn: ["h2"]), server: fixture.server())
        let result = pair.handshake()
        #expect(result.server == .failed(.nothingInCommon))
        #expect(result.client == .failed(.peerAlert(120)))
    }

    @Test func `a client without ALPN is served`() throws {
        let pair = try TLSPair(client: fixture.client(alpn: []), server: fixture.server())
        #expect(pair.handshake() == (.complete, .complete))
        #expect(pair.server.alpn == .none)
    }

    @Test func `a client that names an address sends no server name`() throws {
        let pair = try TLSPair(client: fixture.client(name: "127.0.0.1"), server: fixture.server())
        #expect(pair.handshake() == (.complete, .complete))
        #expect(pair.requestedName == "")
    }
}
