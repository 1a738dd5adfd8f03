import Cryptography
import HTTPTransport
import MeshModel
import MeshTestKit
import Policy
import Reactor
import Substrate
import Telemetry

@testable import Sidecar

/// One gateway on a simulated network, between clients and a backend that the test plays.
final class GatewayRig {
    let network = SimulatedNetwork()
    let metrics = MetricsRegistry(workers: 2)
    let identities = IdentityRegistry(seed: 1)
    let gateway: Gateway
    let logs: LogThread
    let backend: SimulatedListener
    private let transport: Transport
    private var builder: SnapshotBuilder
    private var listening = 0
    private let scratch = Scratch()

    static let edge = SocketAddress(ipv4: (127, 0, 0, 1), port: 18080)
    static let endpoint = SocketAddress(ipv4: (127, 0, 0, 1), port: 19090)

    init(_ yaml: String, seed: UInt64 = 1) throws {
        backend = network.listen(Self.endpoint)
        builder = SnapshotBuilder(calls: network.calls, identities: identities)
        logs = try LogThread(calls: network.calls, metrics: metrics.worker(1), events: scratch.open("events"))
        gateway = Gateway(
            metrics: metrics.worker(0), logs: logs, retired: Sink(), identities: identities,
            calls: network.calls)
        let loop = try EventLoop(calls: network.calls)
        transport = Transport(
            loop: loop, calls: network.calls, limits: TransportLimits(), worker: 0,
            loads: WorkerLoads(workers: 1),
            handler: gateway, seed: seed)
        gateway.g[].transport = transport
        try install(yaml)
    }

    deinit { transport.destroy() }

    func install(_ yaml: String) throws {
        let snapshot = try builder.build(try configuration(yaml))
        gateway.install(snapshot)
        for (pool, target) in snapshot.targets { transport.setPool(pool, to: target) }
        for listener in snapshot.listeners.sorted(by: { $0.number < $1.number })
        where listener.number >= listening {
            _ = transport.listen(on: listener.descriptor, options: listener.options)
            listening += 1
        }
    }

    /// What the operator was told so far.
    var events: [String] {
        logs.stop()
        do { try logs.start().join() } catch { return ["\(error)"] }
        let bytes = (try? FileReader.read(scratch.path("events"), maxBytes: 1 << 20)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Lets everything happen that can happen without time passing: until the loop has nothing to do but wait.
    func settle() {
        for _ in 0..<1000 {
            let before = network.now
            transport.turn()
            if network.now.nanoseconds(since: before) > 1_000_000 { return }
        }
    }

    func turn() { transport.turn() }

    func client(_ address: SocketAddress = GatewayRig.edge) -> SimulatedPeer {
        network.client(connectTo: address)
    }

    /// What the backend was sent for one request from a new client.
    func forwarded(_ request: String) -> String {
        let client = client()
        client.send(request)
        settle()
        guard let peer = backend.accept() else { return client.receiveText() }
        let text = peer.receiveText()
        peer.close()
        return text
    }

    /// What a client gets when the backend answers `answer`.
    func answered(_ request: String, by answer: String) -> String {
        let client = client()
        client.send(request)
        settle()
        guard let peer = backend.accept() else { return client.receiveText() }
        _ = peer.receive()
        peer.send(answer)
        settle()
        peer.close()
        settle()
        return client.receiveText()
    }

    private final class Sink: SnapshotSink {
        func dispose(_ snapshot: RuntimeSnapshot) {}
    }
}

/// Field lines of a head with this name, values only.
func values(_ name: String, in text: String) -> [String] {
    let head = text.split(separator: "\r\n\r\n", maxSplits: 1).first ?? ""
    return head.split(separator: "\r\n").dropFirst().compactMap { line in
        guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else { return nil }
        return String(line[line.index(after: colon)...].drop { $0 == " " })
    }
}
