/// Connections of one listener, or all to endpoints, and what went over them. Plain numbers of one worker.
public struct TrafficCounters: Sendable, BitwiseCopyable {
    public var opened: UInt64 = 0
    public var closed: UInt64 = 0
    /// Requests that began and ended: the difference is the number of connections that are busy.
    public var begun: UInt64 = 0
    public var ended: UInt64 = 0
    /// Bytes of heads and bodies; under TLS before encryption.
    public var received: UInt64 = 0
    public var sent: UInt64 = 0

    public init() {}

    /// Open connections.
    public var open: UInt64 { opened &- closed }
    /// Open connections that carry no request.
    public var idle: UInt64 { open > begun &- ended ? open &- (begun &- ended) : 0 }
}
