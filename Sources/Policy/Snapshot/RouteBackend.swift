/// One of the services that a route sends to.
public struct RouteBackend: BitwiseCopyable, Sendable {
    /// In `services`, or -1 where the configuration names a service that it does not hold.
    public var serviceIndex: Int32
    /// Shares of this backend and of those before it in the route. 0 for a backend that is switched off.
    public var cumulativeWeight: UInt32
}
