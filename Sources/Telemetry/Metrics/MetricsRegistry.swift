public import Substrate
import Synchronization

/// All workers' metrics, and what renders them. Made once, lives as long as the process.
public final class MetricsRegistry: Sendable {
    /// What idle series had counted, by family, while other workers count on.
    struct Retained {
        var requests = RetainedSeries()
        var durations = RetainedSeries()
        var attempts = RetainedSeries()
        var refusals = RetainedSeries()
        var pools = RetainedSeries()
    }

    let workers: [WorkerMetrics]
    private let tenants: TenantCensus
    /// Held while one family is read, so that there is one reader at a time. No worker ever takes it.
    private let retained = Mutex(Retained())

    /// - Parameter workers: threads that count: the workers, and any other thread that wants to.
    public init(workers: Int, limits: MetricsLimits = MetricsLimits()) {
        let tenants = TenantCensus(limit: limits.maxTenants)
        self.tenants = tenants
        self.workers = (0..<workers).map { _ in WorkerMetrics(limits: limits, tenants: tenants) }
    }

    public var workerCount: Int { workers.count }

    /// The metrics that only thread number `index` writes.
    public func worker(_ index: Int) -> WorkerMetrics { workers[index] }

    /// Writes everything. Allocates; the admin thread's.
    ///
    /// The workers go on counting, and no worker is asked or waited for: a scrape is a moment of each counter, not one
    /// moment of all.
    ///
    /// - Parameters:
    ///   - connections: what is counted elsewhere, by direction; shown together with the registry's own.
    ///   - extra: families of whoever renders: endpoint health, configuration revision, certificate expiry.
    ///   - writesCreated: in OpenMetrics, since when each series made on first use counts.
    public func render(
        into buffer: inout ByteBuffer, names: some SeriesNames, build: BuildInfo,
        process: ProcessGauges = ProcessGauges(), connections: [ConnectionTotals] = [],
        extra: [MetricFamily] = [], format: MetricsFormat = .prometheus, writesCreated: Bool = false
    ) {
        let text = Exposition(format, writesCreated: writesCreated)
        renderBuild(build, text, into: &buffer)
        renderRequests(names, text, into: &buffer)
        renderDurations(names, text, into: &buffer)
        renderAttempts(names, text, into: &buffer)
        renderRefusals(names, text, into: &buffer)
        renderPools(names, text, into: &buffer)
        renderConnections(connections, text, into: &buffer)
        renderBytes(connections, text, into: &buffer)
        renderWebhooks(text, into: &buffer)
        renderDropped(text, into: &buffer)
        process.render(text, into: &buffer)
        for family in extra { family.render(text, into: &buffer) }
        text.end(into: &buffer)
    }

    /// Lets places of idle series be used again, and names of tenants that have none. Called every minute or so, whether
    /// anybody scrapes or not.
    public func reclaim() {
        _ = snapshot(\.requests, cellCount: 1) { $0.requests }
        _ = snapshot(\.durations, cellCount: DurationBuckets.cellCount) { $0.durations }
        _ = snapshot(\.attempts, cellCount: AttemptOutcome.allCases.count) { $0.attempts }
        _ = snapshot(\.refusals, cellCount: 1) { $0.refusals }
        _ = snapshot(\.pools, cellCount: PoolEvent.allCases.count) { $0.pools }
        var present: Set<UInt32> = []
        for worker in workers {
            worker.requests.forEachLive { present.insert(RequestSeries($0).tenant) }
            worker.refusals.forEachLive { present.insert(UInt32(truncatingIfNeeded: $0.low)) }
        }
        // None, and `_other`.
        present.subtract([0, .max])
        tenants.review(withSeries: present)
    }

    /// A fixed counter over all workers.
    func sum(_ cell: Int) -> UInt64 {
        var sum: UInt64 = 0
        for worker in workers { sum &+= worker.fixed.value(cell) }
        return sum
    }

    func snapshot(
        _ family: WritableKeyPath<Retained, RetainedSeries>, cellCount: Int,
        _ table: (WorkerMetrics) -> SeriesTable
    ) -> SeriesSnapshot {
        let tables = workers.map(table)
        return retained.withLock { retained in
            SeriesSnapshot(cellCount: cellCount, tables: tables, retained: &retained[keyPath: family])
        }
    }
}
