import Glibc
import Substrate
import Testing

@testable import Telemetry

/// What a scrape costs with every table full: prints it, and bounds the memory.
@Suite(.serialized) struct ScrapeCostTests {
    /// Names as long as those of a mesh with many tenants.
    private struct LongNames: SeriesNames {
        func serviceName(_ id: UInt32) -> OpenName? { OpenName(configured: "conversation-service-\(id)") }
        func routeName(_ id: UInt32) -> OpenName? { OpenName(configured: "acme-\(id % 1_000)/route-\(id)") }
        func tenantName(_ id: UInt32) -> OpenName? { OpenName(configured: "tenant-\(id)") }
    }

    /// Processor time: what other processes do is not counted, and nothing is judged by it.
    private func processorNanoseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private func scrape(_ registry: MetricsRegistry, _ format: MetricsFormat) -> (
        bytes: Int, room: Int, time: Int
    ) {
        let start = processorNanoseconds()
        var buffer = ByteBuffer()
        registry.render(
            into: &buffer, names: LongNames(), build: BuildInfo(version: "1", revision: "2", compiler: "3"),
            format: format)
        return (buffer.count, buffer.capacity, processorNanoseconds() - start)
    }

    private func fill(_ registry: MetricsRegistry, requests: UInt32, durations: UInt32, refusals: UInt32) {
        for index in 0..<registry.workerCount {
            let worker = registry.worker(index)
            for number in 0..<requests {
                worker.count(
                    request: RequestSeries(
                        direction: .edge, service: 1 + number % 100, route: 1 + number,
                        tenant: 1 + number % 1_000,
                        status: 200))
            }
            for number in 0..<durations {
                worker.observe(direction: .edge, service: 1 + number, durationNanoseconds: 1_000_000)
                for bucket in 0..<15 as Range<UInt64> {
                    worker.exemplify(
                        direction: .edge, service: 1 + number,
                        durationNanoseconds: [
                            1, 300_000, 600_000, 2_000_000, 4_000_000, 9_000_000, 20_000_000, 40_000_000,
                            90_000_000,
                            200_000_000, 400_000_000, 900_000_000, 4_000_000_000, 20_000_000_000,
                            40_000_000_000,
                        ][Int(bucket)],
                        trace: TraceContext(traceHigh: .max, traceLow: .max, parent: 1, flags: 1),
                        at: WallTime(nanoseconds: 1_700_000_000_123_456_789))
                }
                for outcome in AttemptOutcome.allCases {
                    worker.attempt(service: 1 + number, outcome: outcome)
                }
                for event in PoolEvent.allCases { worker.pool(service: 1 + number, event: event) }
            }
            for number in 0..<refusals {
                worker.refused(
                    reason: ReasonCode.allCases[Int(number / 1_000)], tenant: 1 + number % 1_000)
            }
        }
    }

    @Test(arguments: MetricsFormat.allCases)
    func `a scrape of 4,000 series costs little`(format: MetricsFormat) {
        let registry = MetricsRegistry(workers: 2)
        fill(registry, requests: 3_000, durations: 20, refusals: 700)
        let series = registry.lines.count { $0.hasPrefix("outrigger_") }
        let cost = scrape(registry, format)
        print("\(format): \(series) series, \(cost.bytes / 1_000) kB in \(cost.time / 1_000) µs")
        #expect(series > 4_000 && series < 4_500)
        #expect(cost.bytes < series * 180)
    }

    @Test(arguments: MetricsFormat.allCases)
    func `a scrape with every table full stays within 24 MB`(format: MetricsFormat) {
        let limits = MetricsLimits()
        let registry = MetricsRegistry(workers: 1)
        fill(
            registry, requests: UInt32(limits.maxRequestSeries), durations: UInt32(limits.maxDurationSeries),
            refusals: UInt32(limits.maxRefusalSeries))
        #expect(registry.value(#"outrigger_dropped_total{what="metric_series"}"#) == "0")
        let cost = scrape(registry, format)
        print("\(format): all full, \(cost.bytes / 1_000) kB in \(cost.time / 1_000) µs")
        #expect(cost.bytes < 24_000_000)
        #expect(cost.room <= 2 * cost.bytes)
    }
}
