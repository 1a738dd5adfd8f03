public import Substrate

/// What one worker counts. Only the worker's thread calls the recording methods; the admin thread reads at scrape time
/// without making it wait. Nothing is allocated but on the first use of a series.
///
/// Threads that are no workers and want to count (`or-admin`, `or-log`) get one of their own from the registry.
public final class WorkerMetrics: @unchecked Sendable {
    // Unchecked: one writer by contract; all that a reader sees is atomic or published with release.
    let requests: SeriesTable
    let durations: SeriesTable
    let attempts: SeriesTable
    let refusals: SeriesTable
    let pools: SeriesTable
    let fixed: CounterBlock
    private let tenants: TenantLabels
    private let idleSeconds: UInt32

    init(limits: MetricsLimits, tenants: TenantCensus) {
        requests = SeriesTable(cellCount: 1, limit: limits.maxRequestSeries)
        durations = SeriesTable(
            cellCount: DurationBuckets.cellCount, limit: limits.maxDurationSeries,
            eventCells: DurationBuckets.sumCell, exemplarCount: DurationBuckets.overflowCell + 1)
        attempts = SeriesTable(cellCount: AttemptOutcome.allCases.count, limit: limits.maxServices)
        refusals = SeriesTable(cellCount: 1, limit: limits.maxRefusalSeries)
        pools = SeriesTable(cellCount: PoolEvent.allCases.count, limit: limits.maxServices)
        fixed = CounterBlock(count: FixedCounter.count)
        self.tenants = TenantLabels(tenants)
        idleSeconds = limits.idleSeconds
    }

    deinit {
        requests.deallocate()
        durations.deallocate()
        attempts.deallocate()
        refusals.deallocate()
        pools.deallocate()
        fixed.deallocate()
        tenants.deallocate()
    }

    // MARK: Requests

    /// Counts one request, when its answer ended.
    public func count(request series: RequestSeries) {
        if !requests.add(1, to: 0, of: series.key) { countNewSeries(series) }
    }

    private func countNewSeries(_ series: RequestSeries) {
        var series = series
        series.tenant = tenants.label(for: series.tenant)
        let overflow = RequestSeries.other(series.direction).key
        guard let key = admit(series.key, to: requests, overflow: overflow) else { return }
        _ = requests.add(1, to: 0, of: key)
    }

    /// Records how long a request took, from its first byte to the last of its answer.
    public func observe(direction: Direction, service: UInt32, durationNanoseconds: UInt64) {
        let key = Self.durationKey(direction, service)
        let cell = DurationBuckets.cell(nanoseconds: durationNanoseconds)
        if durations.add(1, to: cell, durationNanoseconds, to: DurationBuckets.sumCell, of: key) { return }
        let overflow = Self.durationKey(direction, .max)
        guard let kept = admit(key, to: durations, overflow: overflow) else { return }
        _ = durations.add(1, to: cell, durationNanoseconds, to: DurationBuckets.sumCell, of: kept)
    }

    /// Remembers a sampled request as the newest example of its duration. Called behind `observe`, and never for another:
    /// a reader follows the trace id to a trace that exists.
    public func exemplify(
        direction: Direction, service: UInt32, durationNanoseconds: UInt64, trace: TraceContext, at: WallTime
    ) {
        let exemplar = Exemplar(
            traceHigh: trace.traceHigh, traceLow: trace.traceLow, durationNanoseconds: durationNanoseconds,
            time: at)
        let cell = DurationBuckets.cell(nanoseconds: durationNanoseconds)
        if durations.exemplify(cell, of: Self.durationKey(direction, service), by: exemplar) { return }
        _ = durations.exemplify(cell, of: Self.durationKey(direction, .max), by: exemplar)
    }

    static func durationKey(_ direction: Direction, _ service: UInt32) -> SeriesKey {
        SeriesKey(high: UInt64(service), low: UInt64(direction.rawValue))
    }

    /// Counts an answer that Outrigger itself made. `tenant` is 0 when none is proven.
    public func refused(reason: ReasonCode, tenant: UInt32) {
        let key = SeriesKey(high: UInt64(reason.rawValue), low: UInt64(tenant))
        if refusals.add(1, to: 0, of: key) { return }
        let label = SeriesKey(high: key.high, low: UInt64(tenants.label(for: tenant)))
        let overflow = SeriesKey(high: .max, low: UInt64(UInt32.max))
        guard let kept = admit(label, to: refusals, overflow: overflow) else { return }
        _ = refusals.add(1, to: 0, of: kept)
    }

    // MARK: Upstream

    /// Counts one try at an endpoint of a service, when it ended.
    public func attempt(service: UInt32, outcome: AttemptOutcome) {
        addByService(service, cell: Int(outcome.rawValue), in: attempts)
    }

    public func pool(service: UInt32, event: PoolEvent) {
        addByService(service, cell: Int(event.rawValue), in: pools)
    }

    private func addByService(_ service: UInt32, cell: Int, in table: SeriesTable) {
        let key = SeriesKey(high: UInt64(service), low: 0)
        if table.add(1, to: cell, of: key) { return }
        let overflow = SeriesKey(high: UInt64(UInt32.max), low: 0)
        guard let kept = admit(key, to: table, overflow: overflow) else { return }
        _ = table.add(1, to: cell, of: kept)
    }

    // MARK: Connections and the rest

    public func connectionOpened(_ direction: Direction) {
        fixed.add(1, to: FixedCounter.opened(direction))
    }

    public func connectionClosed(_ direction: Direction) {
        fixed.add(1, to: FixedCounter.closed(direction))
    }

    /// Counts a connection that is open as idle, until `connectionResumed`; call that also before an idle one closes.
    public func connectionIdled(_ direction: Direction) {
        fixed.add(1, to: FixedCounter.idled(direction))
    }

    public func connectionResumed(_ direction: Direction) {
        fixed.add(1, to: FixedCounter.resumed(direction))
    }

    public func bytes(_ direction: Direction, _ way: ByteWay, count: UInt64) {
        fixed.add(count, to: FixedCounter.bytes(direction, way))
    }

    public func webhook(_ provider: WebhookProvider, outcome: WebhookOutcome) {
        fixed.add(1, to: FixedCounter.webhook(provider, outcome))
    }

    public func dropped(_ what: DroppedKind, count: UInt64 = 1) {
        fixed.add(count, to: FixedCounter.dropped(what))
    }

    // MARK: Idle series

    /// Gives some of the series up that have counted nothing for `MetricsLimits.idleSeconds`. Called every few seconds.
    public func retireIdleSeries(now: MonotonicTime, wall: WallTime) {
        for table in [requests, durations, attempts, refusals, pools] {
            table.retireIdle(
                forSeconds: idleSeconds, most: MetricsLimits.placesPerSearch, now: now, wall: wall)
        }
    }

    // MARK: First use

    /// The series to count into: made if there is room, else the overflow's.
    private func admit(_ key: SeriesKey, to table: SeriesTable, overflow: SeriesKey) -> SeriesKey? {
        if table.insert(key, isOverflow: false) { return key }
        dropped(.metricSeries)
        return table.insert(overflow, isOverflow: true) ? overflow : nil
    }
}
