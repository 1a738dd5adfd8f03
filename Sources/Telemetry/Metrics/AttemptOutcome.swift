/// How one try at an upstream ended; the values of the label `outcome` of `outrigger_upstream_attempts_total`.
public enum AttemptOutcome: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// An answer below 500.
    case success
    case failure5xx
    case connectFailed
    case tlsFailed
    case timeout
    case reset
    case malformedResponse
    /// A pooled connection turned out to be closed before it took the request; the try was made again on another.
    case retriedPooledConnection
    /// The client went away first.
    case cancelled

    public var label: OpenText {
        switch self {
        case .success: "success"
        case .failure5xx: "failure_5xx"
        case .connectFailed: "connect_failed"
        case .tlsFailed: "tls_failed"
        case .timeout: "timeout"
        case .reset: "reset"
        case .malformedResponse: "malformed_response"
        case .retriedPooledConnection: "retried_pooled_connection"
        case .cancelled: "cancelled"
        }
    }
}
