/// What happened to a pooled upstream connection; the values of the label `event` of `outrigger_pool_events_total`.
public enum PoolEvent: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case opened
    case reused
    /// Closed by us: idle too long, or one too many.
    case closedIdle
    /// Closed by the upstream while it lay in the pool.
    case closedByPeer
    case closedAfterError
    /// A request had to wait because the pool was at its limit.
    case waited

    public var label: OpenText {
        switch self {
        case .opened: "opened"
        case .reused: "reused"
        case .closedIdle: "closed_idle"
        case .closedByPeer: "closed_by_peer"
        case .closedAfterError: "closed_after_error"
        case .waited: "waited"
        }
    }
}
