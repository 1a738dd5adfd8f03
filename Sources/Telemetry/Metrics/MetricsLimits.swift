/// Bounds on the number of series, and with it on the memory of metrics and the size of a scrape.
public struct MetricsLimits: Sendable, Equatable {
    /// Most series of `outrigger_requests_total` a worker; further ones are counted as `_other`. About 24 bytes each,
    /// and 16 of index.
    public var maxRequestSeries = 10_000
    /// Most tenants with a label value of their own in the process; the others are `_other`.
    public var maxTenants = 1_000
    /// Most (direction, service) pairs a worker with a histogram of their own. 144 bytes each.
    public var maxDurationSeries = 2_000
    /// Most services a worker with attempt and pool counters of their own.
    public var maxServices = 2_000
    /// Most (reason, tenant) pairs a worker.
    public var maxRefusalSeries = 10_000

    public init() {}
}
