import Substrate
import Synchronization
import Testing

@testable import Telemetry

@Suite struct ExemplarTests {
    private func trace(_ number: UInt64) -> TraceContext {
        TraceContext(traceHigh: number, traceLow: number, parent: 1, flags: 1)
    }

    private func text(_ registry: MetricsRegistry) -> String {
        written {
            registry.render(
                into: &$0, names: Names(), build: BuildInfo(version: "", revision: "", compiler: ""),
                format: .openMetrics)
        }
    }

    @Test func `is never seen half written`() {
        let block = ExemplarBlock(count: 2)
        defer { block.deallocate() }
        let working = Atomic<Bool>(true)
        let torn = Atomic<Int>(0)
        let seen = Atomic<Int>(0)
        runOnThreads([
            { @Sendable in
                for number in 1...400_000 as ClosedRange<UInt64> {
                    block.store(
                        Exemplar(
                            traceHigh: number, traceLow: ~number, durationNanoseconds: number &* 3,
                            time: WallTime(nanoseconds: number)), at: 1)
                }
                working.store(false, ordering: .releasing)
            },
            { @Sendable in
                var last: UInt64 = 0
                while working.load(ordering: .acquiring) {
                    let exemplar = block.load(1)
                    guard !exemplar.isNone else { continue }
                    let number = exemplar.time.nanoseconds
                    if exemplar.traceHigh != number || exemplar.traceLow != ~number
                        || exemplar.durationNanoseconds != number &* 3 || number < last
                    {
                        torn.wrappingAdd(1, ordering: .relaxed)
                    }
                    last = number
                    seen.wrappingAdd(1, ordering: .relaxed)
                }
            },
        ])
        #expect(torn.load(ordering: .relaxed) == 0)
        #expect(seen.load(ordering: .relaxed) > 0)
        #expect(block.load(1).traceHigh == 400_000)
        #expect(block.load(0).isNone)
    }

    @Test func `has no memory before the first sampled request`() {
        let registry = MetricsRegistry(workers: 1)
        let worker = registry.worker(0)
        worker.observe(direction: .edge, service: 1, durationNanoseconds: 1)
        let series = unsafe worker.durations.place(0)
        #expect(unsafe worker.durations.exemplars(of: series) == nil)
        worker.exemplify(
            direction: .edge, service: 1, durationNanoseconds: 1, trace: trace(5), at: WallTime(seconds: 1))
        #expect(unsafe worker.durations.exemplars(of: series)?.load(0).traceLow == 5)
    }

    @Test func `replaces the bucket's former one and leaves the other buckets'`() {
        let registry = MetricsRegistry(workers: 1)
        let worker = registry.worker(0)
        for (number, duration) in [(1, 100), (2, 200), (3, 40_000_000_000)] as [(UInt64, UInt64)] {
            worker.observe(direction: .edge, service: 1, durationNanoseconds: duration)
            worker.exemplify(
                direction: .edge, service: 1, durationNanoseconds: duration, trace: trace(number),
                at: WallTime(seconds: number))
        }
        let lines = text(registry).split(separator: "\n").filter { $0.contains("trace_id") }
        #expect(lines.count == 2)
        #expect(
            lines[0].contains(#"le="0.00025"} 2 # {trace_id="00000000000000020000000000000002"} 0.0000002 2"#)
        )
        #expect(lines[1].contains(#"le="+Inf"} 3 # {trace_id="00000000000000030000000000000003"} 40 3"#))
    }

    @Test func `goes to the other series where the service has none of its own`() {
        var limits = MetricsLimits()
        limits.maxDurationSeries = 1
        let registry = MetricsRegistry(workers: 1, limits: limits)
        for service in 1...2 as ClosedRange<UInt32> {
            registry.worker(0).observe(direction: .edge, service: service, durationNanoseconds: 1)
            registry.worker(0).exemplify(
                direction: .edge, service: service, durationNanoseconds: 1, trace: trace(UInt64(service)),
                at: WallTime(seconds: 1))
        }
        #expect(
            text(registry).contains(
                #"service="_other",le="0.00025"} 1 # {trace_id="00000000000000020000000000000002"}"#))
    }

    @Test func `does not pass from an expired series to the next one in its place`() {
        var limits = MetricsLimits()
        limits.maxDurationSeries = 1
        let registry = MetricsRegistry(workers: 1, limits: limits)
        let worker = registry.worker(0)
        worker.observe(direction: .edge, service: 1, durationNanoseconds: 1)
        worker.exemplify(
            direction: .edge, service: 1, durationNanoseconds: 1, trace: trace(5), at: WallTime(seconds: 1))
        for seconds in [1, 1_000, 1_001] as [UInt64] {
            worker.retireIdleSeries(
                now: MonotonicTime(nanoseconds: seconds * 1_000_000_000), wall: WallTime(seconds: seconds))
            registry.reclaim()
        }
        worker.observe(direction: .edge, service: 2, durationNanoseconds: 1)
        #expect(text(registry).contains(#"_count{direction="edge",service="billing"} 1"#))
        #expect(!text(registry).contains("trace_id"))
    }
}
