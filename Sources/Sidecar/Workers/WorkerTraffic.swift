import HTTPTransport
import Policy
import Substrate
import Synchronization
import Telemetry

/// One worker's connections, by direction, for whoever scrapes: read where the worker counts them, without asking it.
final class WorkerTraffic: Sendable {
    private let board: TrafficBoard
    /// By listener number: what each is, also of one that is gone, whose counts stay.
    private let directions = Mutex<[Direction]>([])

    init(_ board: TrafficBoard) { self.board = board }

    /// What the transport counts by itself.
    var counters: TransportCounters { board.counters }

    /// By direction.
    var totals: [ConnectionTotals] {
        var totals = [ConnectionTotals](repeating: ConnectionTotals(), count: Direction.allCases.count)
        let known = directions.withLock { $0 }
        for (direction, traffic) in zip(known, board.listenerTraffic) {
            totals[Int(direction.rawValue)].add(ConnectionTotals(traffic))
        }
        var upstream = ConnectionTotals(board.upstream)
        upstream.idle = board.pooledConnections
        totals[Int(Direction.upstream.rawValue)] = upstream
        return totals
    }

    /// Remembers what each listener of the snapshot is. On the worker's thread, before it serves them.
    func learn(_ snapshot: RuntimeSnapshot) {
        directions.withLock { directions in
            for number in 0..<snapshot.policyListeners.count {
                let index = snapshot.policyListeners[number]
                if number == directions.count { directions.append(.edge) }
                if index >= 0 {
                    directions[number] = Direction(snapshot.policy.tables.listeners[Int(index)].role)
                }
            }
        }
    }
}

extension ConnectionTotals {
    fileprivate init(_ traffic: TrafficCounters) {
        self.init()
        opened = traffic.opened
        closed = traffic.closed
        idle = traffic.idle
        received = traffic.received
        sent = traffic.sent
    }
}
