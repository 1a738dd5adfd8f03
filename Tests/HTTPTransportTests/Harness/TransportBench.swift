import Cryptography
import HTTPWire
import MeshTestKit
import Reactor
import Substrate
import Testing

@testable import HTTPTransport

/// Which kernel, and which of the two hops are encrypted.
struct Hops: CustomTestStringConvertible, Sendable {
    var isReal = false
    var tlsDownstream = false
    var tlsUpstream = false

    var testDescription: String {
        "\(isReal ? "real" : "simulated"), \(tlsDownstream ? "TLS" : "plaintext") to \(tlsUpstream ? "TLS" : "plaintext")"
    }

    static let simulated = [false, true].flatMap { down in
        [false, true].map { Hops(isReal: false, tlsDownstream: down, tlsUpstream: $0) }
    }
    static let all =
        simulated
        + simulated.map { Hops(isReal: true, tlsDownstream: $0.tlsDownstream, tlsUpstream: $0.tlsUpstream) }
    static let encryptions = [Hops(), Hops(tlsDownstream: true)]
}

/// Contexts of TLS for both ends, made once.
enum TestCredentials {
    struct Contexts: Sendable {
        let server: TLSServerContext
        let client: TLSClientContext
        /// Expects somebody else than `server`.
        let suspicious: TLSClientContext
        /// Has no certificate of its own.
        let anonymous: TLSClientContext
    }

    static let contexts: Contexts = {
        do {
            let authority = TestAuthority()
            let own = authority.server()
            let client = authority.client()
            func context(expecting peer: String) throws -> TLSClientContext {
                try TLSClientContext(
                    authorityPEM: authority.rootPEM, certificateChainPEM: client.chainPEM,
                    privateKeyPEM: client.keyPEM, expectedPeer: peer, serverName: "localhost")
            }
            return Contexts(
                server: try TLSServerContext(
                    certificateChainPEM: own.chainPEM, privateKeyPEM: own.keyPEM,
                    clientAuthorityPEM: authority.rootPEM, requireClientCertificate: true),
                client: try context(expecting: "spiffe://mesh.test/service/backend"),
                suspicious: try context(expecting: "spiffe://mesh.test/service/other"),
                anonymous: try TLSClientContext(
                    authorityPEM: authority.rootPEM, certificateChainPEM: nil, privateKeyPEM: nil,
                    expectedPeer: "spiffe://mesh.test/service/backend", serverName: "localhost"))
        } catch { preconditionFailure("the test's certificates are good: \(error)") }
    }()
}

/// A transport between clients and an upstream that the test plays.
final class TransportBench {
    let hops: Hops
    let network: SimulatedNetwork
    let calls: SystemCalls
    let loop: EventLoop
    let transport: Transport
    let handler = TestHandler()
    let upstream: TestUpstream
    let listener: FileDescriptor
    let address: SocketAddress
    let loads = WorkerLoads(workers: 1)
    var target: UpstreamTarget
    private(set) var clients: [TestPeer] = []
    private var isOver = false

    init(
        _ hops: Hops = Hops(), seed: UInt64 = 1, limits: TransportLimits = TransportLimits(),
        headTimeout: UInt64 = 10_000_000_000, idleTimeout: UInt64 = 60_000_000_000, bufferBytes: Int? = nil
    ) throws {
        self.hops = hops
        network = SimulatedNetwork(seed: seed)
        if let bufferBytes { network.bufferBytes = bufferBytes }
        calls = hops.isReal ? .linux : network.calls
        loop = try EventLoop(calls: calls)
        upstream = TestUpstream(hops.isReal ? nil : network)
        if hops.tlsUpstream { upstream.tls = TestCredentials.contexts.server }
        listener = try Sockets.listen(SocketAddress(ipv4: (127, 0, 0, 1), port: 0), calls: calls)
        address = try Sockets.localAddress(of: listener, calls: calls)
        transport = Transport(
            loop: loop, calls: calls, limits: limits, worker: 0, loads: loads, handler: handler, seed: seed)
        _ = transport.listen(
            on: listener,
            options: ListenerOptions(
                tls: hops.tlsDownstream ? TestCredentials.contexts.server : nil, limits: HTTP1Limits(),
                headTimeoutNanoseconds: headTimeout, idleTimeoutNanoseconds: idleTimeout))
        target = UpstreamTarget(
            address: upstream.address, tls: hops.tlsUpstream ? TestCredentials.contexts.client : nil,
            connectTimeoutNanoseconds: 2_000_000_000, idleTimeoutNanoseconds: 30_000_000_000, maxIdle: 16)
        transport.setPool(0, to: target)
    }

    func client() throws -> TestPeer {
        let wire: any Wire =
            hops.isReal ? SocketWire.connect(to: address) : SimulatedWire(network.client(connectTo: address))
        let peer =
            hops.tlsDownstream
            ? try TestPeer(wire, client: TestCredentials.contexts.client) : TestPeer(wire)
        clients.append(peer)
        return peer
    }

    /// One turn of the transport and of everyone around it.
    func turn() {
        if hops.isReal { loop.wake() }
        transport.turn()
        upstream.pump()
        for client in clients { client.pump() }
    }

    /// Turns until `isDone`. False when the time is up: virtual in the simulation, five seconds at most in earnest.
    @discardableResult
    func run(seconds: UInt64 = 1, until isDone: () -> Bool) -> Bool {
        if !hops.isReal {
            return network.run(seconds: seconds, maxTurns: 200_000, until: isDone, turn: turn) == .done
        }
        let end = calls.monotonic().adding(nanoseconds: 5_000_000_000)
        while calls.monotonic() < end {
            if isDone() { return true }
            turn()
        }
        return isDone()
    }

    /// Lets so much virtual time pass.
    func pass(milliseconds: UInt64) {
        let end = network.now.adding(nanoseconds: milliseconds * 1_000_000)
        while network.now < end { turn() }
    }

    /// Lets everything come to rest.
    func settle(turns: Int = 20) { for _ in 0..<turns { network.advance(nanoseconds: 1_000); quietTurn() } }

    private func quietTurn() {
        loop.wake()
        turn()
    }

    /// What the client has got as whole answers; nil when bytes of it are not one.
    func answers(_ client: TestPeer, to methods: [String]) -> [WireMessage] {
        var found: [WireMessage] = []
        var bytes = client.input
        var index = 0
        while index < methods.count {
            guard
                case .message(let answer, let consumed) = WireMessage.read(
                    bytes, answering: methods[index], isEnded: client.isClosed)
            else { break }
            found.append(answer)
            bytes.removeFirst(consumed)
            if answer.status >= 200 { index += 1 }
        }
        return found
    }

    /// Sends one request and waits for its whole answer.
    func ask(
        _ client: TestPeer, _ request: String, method: String = "GET", seconds: UInt64 = 1
    ) -> WireMessage? {
        client.send(request)
        return answer(client, method: method, seconds: seconds)
    }

    /// Takes the next final answer.
    func answer(_ client: TestPeer, method: String = "GET", seconds: UInt64 = 1) -> WireMessage? {
        var found: WireMessage?
        run(seconds: seconds) {
            while case .message(let answer, let consumed) = WireMessage.read(
                client.input, answering: method, isEnded: client.isClosed)
            {
                client.input.removeFirst(consumed)
                if answer.status >= 200 {
                    found = answer
                    return true
                }
            }
            return false
        }
        return found
    }

    func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nhost: a\r\n\r\n" }

    func post(_ path: String, _ body: String) -> String {
        "POST \(path) HTTP/1.1\r\nhost: a\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// Everyone goes away; then nothing may be left.
    func end(sourceLocation: SourceLocation = #_sourceLocation) {
        guard !isOver else { return }
        isOver = true
        for client in clients { client.close() }
        run(seconds: 120) { transport.serverConnections == 0 }
        transport.retirePool(0)
        settle(turns: 3)
        let state = transport.s
        #expect(transport.serverConnections == 0, sourceLocation: sourceLocation)
        #expect(transport.activeExchanges == 0, sourceLocation: sourceLocation)
        #expect(transport.clientConnections == 0, sourceLocation: sourceLocation)
        let (attempts, heads) = (state[].attempts.count, state[].heads.outstanding)
        #expect(attempts == 0, sourceLocation: sourceLocation)
        #expect(heads == 0, sourceLocation: sourceLocation)
        #expect(loads[0] == 0, sourceLocation: sourceLocation)
        #expect(handler.arrived == handler.ended.count, sourceLocation: sourceLocation)
        if !hops.isReal {
            // The loop's two, the listener and the reserve.
            #expect(network.openDescriptors == 4, sourceLocation: sourceLocation)
            #expect(network.misuses.isEmpty, sourceLocation: sourceLocation)
        }
        transport.destroy()
        _ = calls.close(listener)
        upstream.close()
        handler.onFailure = {}
    }
}
