/// What a transport has counted of one direction's connections since the start.
public struct ConnectionTotals: Sendable, BitwiseCopyable, Equatable {
    public var opened: UInt64 = 0
    public var closed: UInt64 = 0
    /// Open now, and carrying no request.
    public var idle: UInt64 = 0
    public var received: UInt64 = 0
    public var sent: UInt64 = 0

    public init() {}

    public mutating func add(_ other: ConnectionTotals) {
        opened &+= other.opened
        closed &+= other.closed
        idle &+= other.idle
        received &+= other.received
        sent &+= other.sent
    }
}
