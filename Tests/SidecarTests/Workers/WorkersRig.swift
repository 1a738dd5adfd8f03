import HTTPTransport
import MeshTestKit
import Policy
import Reactor
import Substrate
import Synchronization
import Telemetry

@testable import Sidecar

/// Workers that the test turns itself, on a simulated network, before a backend that answers its every request.
final class WorkersRig {
    let network = SimulatedNetwork()
    let loads: WorkerLoads
    private(set) var workers: [Worker] = []
    private let backend: SimulatedListener
    private var connections: [SimulatedPeer] = []
    private let retired = Sink()
    private let scratch = Scratch()
    private var builder: SnapshotBuilder

    static let front = SocketAddress(ipv4: (127, 0, 0, 1), port: 18080)
    static let other = SocketAddress(ipv4: (127, 0, 0, 1), port: 18081)

    init(workers count: Int) throws {
        let identities = IdentityRegistry(seed: 1)
        let metrics = MetricsRegistry(workers: count + 1)
        backend = network.listen(SocketAddress(ipv4: (127, 0, 0, 1), port: 19090))
        builder = SnapshotBuilder(calls: network.calls, identities: identities)
        loads = WorkerLoads(workers: count)
        let logs = try LogThread(
            calls: network.calls, metrics: metrics.worker(count), events: scratch.open("events"))
        for number in 0..<count {
            let gateway = Gateway(
                metrics: metrics.worker(number), logs: logs, retired: retired, identities: identities,
                calls: network.calls)
            workers.append(
                try Worker(
                    number: number, calls: network.calls, loads: loads, gateway: gateway,
                    limits: TransportLimits()))
        }
        for worker in workers {
            worker.setPeers(workers)
            worker.begin()
        }
    }

    /// A configuration with the listener `front`, perhaps with `other`, that says its number in each answer.
    func snapshot(_ number: Int, hasOther: Bool) throws -> RuntimeSnapshot {
        let route = Document.route(", responseHeaders: { set: { x-revision: \"\(number)\" } }")
        let other = hasOther ? Document.listener("other", "127.0.0.1:18081") : ""
        return try builder.build(try configuration(Document.listener() + other + Document.service() + route))
    }

    /// Snapshots that were given back, by the numbers of their revisions.
    var disposed: [UInt64] { retired.revisions.withLock { $0 } }

    func client(_ address: SocketAddress) -> SimulatedPeer { network.client(connectTo: address) }

    /// Turns these workers, without letting time pass, more often than anything here takes.
    func settle(_ chosen: [Worker]) {
        for _ in 0..<12 {
            for worker in chosen {
                worker.loop.wake()
                worker.turn()
            }
            while let peer = backend.accept() { connections.append(peer) }
            for peer in connections where peer.receiveText().hasSuffix("\r\n\r\n") {
                peer.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            }
        }
    }

    /// Lets the time of the workers' own timers come.
    func pass(seconds: UInt64) {
        for _ in 0..<seconds {
            network.advance(nanoseconds: 1_000_000_000)
            settle()
        }
    }

    func settle() { settle(workers) }

    private final class Sink: SnapshotSink {
        let revisions = Mutex<[UInt64]>([])
        func dispose(_ snapshot: RuntimeSnapshot) {
            revisions.withLock { $0.append(snapshot.policy.revision) }
        }
    }
}
