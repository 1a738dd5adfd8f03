import HTTPTransport
import Policy
import Substrate
import Telemetry

extension Gateway {
    /// Shows what the transport has counted, by direction. When somebody asks, and never on a request's path.
    func publishTraffic(of transport: Transport, listeners: Int) {
        for direction in [Direction.edge, .inbound, .outbound] {
            var totals = ConnectionTotals()
            for number in 0..<min(listeners, g[].directions.count) where g[].directions[number] == direction {
                totals.add(transport.traffic(ofListener: Int32(number)))
            }
            metrics.publish(direction, totals)
        }
        var upstream = ConnectionTotals()
        upstream.add(transport.upstreamTraffic)
        upstream.idle = UInt64(transport.idleUpstreamConnections)
        metrics.publish(.upstream, upstream)
    }

    /// Remembers what each listener is: also of one that is gone, whose counts stay.
    func learnDirections() {
        guard let view = g[].pins.view else { return }
        for number in 0..<view.policyListeners.count {
            let index = view.policyListeners[number]
            if number == g[].directions.count { g[].directions.append(.edge) }
            if index >= 0 { g[].directions[number] = Direction(view.tables.listeners[Int(index)].role) }
        }
    }
}

extension ConnectionTotals {
    fileprivate mutating func add(_ traffic: TrafficCounters) {
        opened &+= traffic.opened
        closed &+= traffic.closed
        idle &+= traffic.idle
        received &+= traffic.received
        sent &+= traffic.sent
    }
}
