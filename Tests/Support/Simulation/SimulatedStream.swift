import Reactor

/// One end of a connection. Touched only under the network's lock.
///
/// What the other end sends is first in flight, then arrived. The rules of readiness are those of Linux's `tcp_poll`.
final class SimulatedStream: SimulatedFile {
    enum Segment {
        case bytes([UInt8])
        case end
        case reset
    }

    enum Phase { case fresh, connecting, connected, dead }

    var phase = Phase.fresh
    var family: SocketAddress.Family
    var local: SocketAddress?
    var remote: SocketAddress?
    var other: SimulatedStream?
    let isScripted: Bool

    var inFlight: [Segment] = []
    var inFlightBytes = 0
    /// Of what this end sent, bytes that have arrived.
    var acknowledgedBytes = 0
    var arrived: [UInt8] = []
    var endArrived = false
    var pendingError: SystemError?
    var wasReset = false
    var hasShutWrite = false
    var hasShutRead = false
    var isClosed = false
    var resetsOnClose = false

    /// A write was refused, or epoll has seen no room: room to come is an edge.
    var wantsRoom = false
    /// The write limit was used up in this turn.
    var isThrottled = false

    /// A scripted end's bytes that the connection has no room for yet.
    var outbox: [UInt8] = []
    var endsAfterOutbox = false

    let capacity: Int

    init(family: SocketAddress.Family, isScripted: Bool, capacity: Int) {
        self.family = family
        self.isScripted = isScripted
        self.capacity = capacity
    }

    /// Bytes that the other end takes now.
    var room: Int {
        guard let other else { return 0 }
        return max(0, other.capacity - other.arrived.count - other.inFlightBytes)
    }

    override func readiness() -> Readiness {
        switch phase {
        case .fresh: return [.out, .hup]
        case .connecting: return []
        case .dead:
            var state: Readiness = [.in, .out, .rdhup, .hup]
            if pendingError != nil { state.insert(.err) }
            return state
        case .connected: break
        }
        var state: Readiness = []
        if endArrived || hasShutRead { state.formUnion([.in, .rdhup]) }
        if (endArrived || hasShutRead) && hasShutWrite { state.formUnion(.hup) }
        if !arrived.isEmpty { state.formUnion(.in) }
        if hasShutWrite || (room > 0 && !isThrottled) {
            state.formUnion(.out)
        } else {
            wantsRoom = true
        }
        return state
    }
}
