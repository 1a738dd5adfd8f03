import COpenSSL
import MeshTestKit
import Substrate

@testable import Cryptography

/// A client and a server session with two byte streams between them, cut where a test wants.
final class TLSPair {
    enum Outcome: Equatable {
        case pending
        case complete
        case failed(TLSFailure.Kind)
    }

    /// Where the bytes of a direction are cut into deliveries.
    enum Cut {
        case nowhere
        case everyByte
        /// Once, at this offset of the client's stream.
        case clientStream(Int)
        case serverStream(Int)
    }

    var client: TLSSession
    var server: TLSSession
    var fromClient = ByteBuffer()
    var fromServer = ByteBuffer()
    var clientOutcome = Outcome.pending
    var serverOutcome = Outcome.pending
    /// Bytes delivered so far.
    var clientSent = 0
    var serverSent = 0
    var now = TestAuthority.now
    /// Offset in the server's stream of a byte that is changed on its way.
    var mutatesServerByte: Int?

    init(client: TLSClientContext, server: TLSServerContext) throws {
        self.client = try TLSSession(client: client)
        self.server = try TLSSession(server: server)
    }

    /// Runs until both are done or nothing moves. Bytes behind a handshake's end stay in the streams.
    @discardableResult
    func handshake(_ cut: Cut = .nowhere) -> (client: Outcome, server: Outcome) {
        advanceClient(Bytes())
        var isMoving = true
        while isMoving {
            isMoving = false
            while serverOutcome == .pending, !fromClient.isEmpty {
                let length = deliverable(fromClient.count, sent: clientSent, isClient: true, cut)
                let taken = advanceServer(fromClient.bytes.prefix(length))
                guard taken > 0 else { break }
                fromClient.consume(taken)
                clientSent += taken
                isMoving = true
            }
            while clientOutcome == .pending, !fromServer.isEmpty {
                let length = deliverable(fromServer.count, sent: serverSent, isClient: false, cut)
                mutateServerStream()
                let taken = advanceClient(fromServer.bytes.prefix(length))
                guard taken > 0 else { break }
                fromServer.consume(taken)
                serverSent += taken
                isMoving = true
            }
        }
        return (clientOutcome, serverOutcome)
    }

    private func mutateServerStream() {
        guard let index = mutatesServerByte, index >= serverSent, index - serverSent < fromServer.count else {
            return
        }
        let changed = [fromServer.bytes[index - serverSent] ^ 0x04]
        changed.withBytes { fromServer.overwrite(at: index - serverSent, with: $0) }
        mutatesServerByte = nil
    }

    /// Runs until the client is done and its last flight lies in `fromClient`.
    func exchangeHellos() {
        advanceClient(Bytes())
        fromClient.consume(advanceServer(fromClient.bytes))
        fromServer.consume(advanceClient(fromServer.bytes))
    }

    /// The server handshakes with, then reads, the next `count` bytes of the client's.
    func serverTakes(_ count: Int) -> [UInt8] {
        var segment = ByteBuffer()
        segment.append(fromClient.bytes.prefix(count))
        fromClient.consume(segment.count)
        if serverOutcome == .pending { segment.consume(advanceServer(segment.bytes)) }
        guard serverOutcome == .complete else { return [] }
        return Self.readAll(
            &server, from: &segment, answering: &fromServer, chunk: .max, room: 16_384
        ).plaintext
    }

    private func deliverable(_ count: Int, sent: Int, isClient: Bool, _ cut: Cut) -> Int {
        switch cut {
        case .nowhere: count
        case .everyByte: 1
        case .clientStream(let offset): isClient && sent < offset ? min(count, offset - sent) : count
        case .serverStream(let offset): !isClient && sent < offset ? min(count, offset - sent) : count
        }
    }

    @discardableResult
    private func advanceClient(_ input: Bytes) -> Int {
        let (step, consumed) = client.handshake(input: input, now: now, output: &fromClient)
        clientOutcome = outcome(step)
        return consumed
    }

    private func advanceServer(_ input: Bytes) -> Int {
        let (step, consumed) = server.handshake(input: input, now: now, output: &fromServer)
        serverOutcome = outcome(step)
        return consumed
    }

    private func outcome(_ step: TLSSession.HandshakeStep) -> Outcome {
        switch step {
        case .complete: .complete
        case .needsInput: .pending
        case .failed(let failure): .failed(failure.kind)
        }
    }

    /// What reading a stream to its end came to.
    enum Ending: Equatable {
        case needsInput
        case closed
        case failed(TLSFailure.Kind)
    }

    /// The server reads all that the client sent, `chunk` bytes of it at a time, into rooms of `room` bytes.
    func serverReads(chunk: Int = .max, room: Int = 16_384) -> (plaintext: [UInt8], ending: Ending) {
        Self.readAll(&server, from: &fromClient, answering: &fromServer, chunk: chunk, room: room)
    }

    func clientReads(chunk: Int = .max, room: Int = 16_384) -> (plaintext: [UInt8], ending: Ending) {
        Self.readAll(&client, from: &fromServer, answering: &fromClient, chunk: chunk, room: room)
    }

    private static func readAll(
        _ session: inout TLSSession, from stream: inout ByteBuffer, answering output: inout ByteBuffer,
        chunk: Int, room: Int
    ) -> (plaintext: [UInt8], ending: Ending) {
        var plaintext: [UInt8] = []
        var space = [UInt8](repeating: 0, count: room)
        while true {
            let input = stream.bytes.prefix(chunk)
            let (step, consumed) = unsafe space.withUnsafeMutableBufferPointer {
                unsafe session.read(input: input, into: $0, output: &output)
            }
            stream.consume(consumed)
            switch step {
            case .bytes(let count): plaintext += space[..<count]
            case .needsInput: if stream.isEmpty { return (plaintext, .needsInput) }
            case .closed: return (plaintext, .closed)
            case .failed(let failure): return (plaintext, .failed(failure.kind))
            }
        }
    }

    func clientWrites(_ plaintext: [UInt8]) -> Bool {
        plaintext.withBytes { client.write($0, output: &fromClient) }
    }

    func serverWrites(_ plaintext: [UInt8]) -> Bool {
        plaintext.withBytes { server.write($0, output: &fromServer) }
    }

    // `#expect` copies what its expression starts with: sessions and buffers are asked here.
    var serverHasPending: Bool { server.hasPending }
    var clientIsEstablished: Bool { client.isEstablished }
    var requestedName: String { server.serverName.text }
    var wireFromClient: [UInt8] { fromClient.bytes.array }
    var wireFromServer: [UInt8] { fromServer.bytes.array }
    func serverInputEnded() -> TLSFailure.Kind? { server.inputEnded()?.kind }

    /// The client's certificate as the server sees it, in words.
    var identityAtServer: String {
        switch server.peerIdentity {
        case .none: "none"
        case .spiffe(let id): "spiffe " + id.text
        case .subject(let name): "subject " + name.text
        }
    }
}

/// Contexts for tests, all from one authority unless said otherwise.
struct TLSFixture {
    let authority = TestAuthority()

    func server(
        _ credentials: TestAuthority.Credentials? = nil, clients: [UInt8]?? = nil, requires: Bool = true,
        minimumVersion: TLSVersion = .tls12, alpn: [StaticString] = ["http/1.1"], trustDomain: String? = nil
    ) throws -> TLSServerContext {
        let own = credentials ?? authority.server()
        let clientAuthority = clients ?? authority.rootPEM
        return try TLSServerContext(
            certificateChainPEM: own.chainPEM, privateKeyPEM: own.keyPEM, clientAuthorityPEM: clientAuthority,
            requireClientCertificate: clientAuthority != nil && requires, minimumVersion: minimumVersion,
            alpn: alpn, trustDomain: trustDomain)
    }

    func client(
        _ credentials: TestAuthority.Credentials? = nil, anonymous: Bool = false,
        peer: String? = "spiffe://mesh.test/service/backend", name: String? = "localhost",
        alpn: [StaticString] = ["http/1.1"], authorityPEM: [UInt8]? = nil, version: TLSVersion = .tls13
    ) throws -> TLSClientContext {
        let own = anonymous ? nil : credentials ?? authority.client()
        let context = try TLSClientContext(
            authorityPEM: authorityPEM ?? authority.rootPEM, certificateChainPEM: own?.chainPEM,
            privateKeyPEM: own?.keyPEM, expectedPeer: peer, serverName: name, alpn: alpn)
        // Ours always speak the newest version: an older peer is made by hand.
        if version == .tls12 { _ = unsafe COpenSSL_setMaximumVersion(context.handle.pointer, TLS1_2_VERSION) }
        return context
    }
}
