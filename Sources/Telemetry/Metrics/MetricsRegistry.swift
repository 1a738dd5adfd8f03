public import Substrate

/// All workers' metrics, and what renders them. Made once, lives as long as the process.
public final class MetricsRegistry: Sendable {
    let workers: [WorkerMetrics]

    /// - Parameter workers: threads that count: the workers, and any other thread that wants to.
    public init(workers: Int, limits: MetricsLimits = MetricsLimits()) {
        let tenants = TenantCensus(limit: limits.maxTenants)
        self.workers = (0..<workers).map { _ in WorkerMetrics(limits: limits, tenants: tenants) }
    }

    public var workerCount: Int { workers.count }

    /// The metrics that only thread number `index` writes.
    public func worker(_ index: Int) -> WorkerMetrics { workers[index] }

    /// Writes everything as Prometheus text 0.0.4 (`text/plain; version=0.0.4`). Allocates; the admin thread's.
    ///
    /// The workers go on counting: a scrape is a moment of each counter, not one moment of all.
    public func render(
        into buffer: inout ByteBuffer, names: some SeriesNames, build: BuildInfo,
        process: ProcessGauges = ProcessGauges(), extra: [MetricFamily] = []
    ) {
        renderBuild(build, into: &buffer)
        renderRequests(names, into: &buffer)
        renderDurations(names, into: &buffer)
        renderAttempts(names, into: &buffer)
        renderRefusals(names, into: &buffer)
        renderPools(names, into: &buffer)
        renderConnections(into: &buffer)
        renderBytes(into: &buffer)
        renderWebhooks(into: &buffer)
        renderDropped(into: &buffer)
        process.render(into: &buffer)
        for family in extra { family.render(into: &buffer) }
    }

    /// A fixed counter over all workers.
    func sum(_ cell: Int) -> UInt64 {
        var sum: UInt64 = 0
        for worker in workers { sum &+= worker.fixed.value(cell) }
        return sum
    }

    func snapshot(cellCount: Int, _ table: (WorkerMetrics) -> SeriesTable) -> SeriesSnapshot {
        SeriesSnapshot(cellCount: cellCount, tables: workers.map(table))
    }
}
