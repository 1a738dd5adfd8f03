import HTTPTransport
import Reactor

/// One worker of the process: its loop, its transport, and what other workers hand to it.
final class SimulatedWorker {
    let loop: EventLoop
    let transport: Transport
    let handler: ContractHandler
    let handover = Handover()

    init(
        _ number: Int, calls: SystemCalls, knobs: Knobs, loads: WorkerLoads, findings: Findings, seed: UInt64
    ) throws {
        loop = try EventLoop(calls: calls)
        handler = ContractHandler(knobs: knobs, findings: findings)
        transport = Transport(
            loop: loop, calls: calls, limits: knobs.limits, worker: number, loads: loads, handler: handler,
            seed: seed)
    }

    /// Connections on their way to a worker. Sendable: a simulation has one thread.
    final class Handover: ConnectionSink, @unchecked Sendable {
        private var waiting: [AcceptedConnection] = []

        func adopt(_ connection: AcceptedConnection) { waiting.append(connection) }

        func take() -> [AcceptedConnection] {
            defer { waiting = [] }
            return waiting
        }
    }

    func turn(wakes: Bool) {
        if wakes { loop.wake() }
        transport.turn()
        for connection in handover.take() { transport.adopt(connection) }
    }
}
