/// Bounds on the number of series, and with it on the memory of metrics and the size of a scrape.
public struct MetricsLimits: Sendable, Equatable {
    /// Most series of `outrigger_requests_total` a worker; further ones are counted as `_other`. About 40 bytes each,
    /// and 16 of index.
    public var maxRequestSeries = 10_000
    /// Most tenants with a label value of their own in the process; the others are `_other`.
    public var maxTenants = 1_000
    /// Most (direction, service) pairs a worker with a histogram of their own. 168 bytes each, and 600 more from the first
    /// sampled request on, for exemplars.
    public var maxDurationSeries = 2_000
    /// Most services a worker with attempt and pool counters of their own.
    public var maxServices = 2_000
    /// Most (reason, tenant) pairs a worker.
    public var maxRefusalSeries = 10_000
    /// A series that has counted nothing for so long is given up, and its place used again. Source: three times
    /// Prometheus's staleness of 5 min, so that no series flickers because of one scrape missed.
    public var idleSeconds: UInt32 = 15 * 60

    public init() {}

    /// Highest tenant number that may have a name: what a worker remembers of the census is two bits each, 256 KiB.
    static var maxTenantNumber: UInt32 { 1 << 20 }
    /// Places of each family that a worker looks at in one search for idle series, which takes it under 0.1 ms.
    static var placesPerSearch: Int { 2_048 }
}
