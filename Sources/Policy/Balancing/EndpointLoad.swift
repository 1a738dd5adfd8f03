public import Substrate

/// What one worker knows of one endpoint, over every snapshot.
public struct EndpointLoad: BitwiseCopyable, Sendable {
    /// Peak-sensitive moving average of the time to the first byte of an answer, as of `updatedAt`. Read it through
    /// `averageNanoseconds(at:)`.
    public internal(set) var averageNanoseconds: Double = 0
    public internal(set) var updatedAt = MonotonicTime.zero
    /// Requests that were started and have not finished.
    public internal(set) var active: UInt32 = 0
    /// Whether the endpoint was ever looked at.
    public internal(set) var isKnown = false
    /// Requests started.
    public internal(set) var requests: UInt64 = 0
    /// Of those, failures.
    public internal(set) var failures: UInt64 = 0
    /// Round robin's credit.
    var credit: Int64 = 0

    public init() {}
}
