import Substrate
import Testing

@testable import Telemetry

@Suite struct OpenMetricsTests {
    private let registry = MetricsRegistry(workers: 2)

    private func text(
        _ format: MetricsFormat = .openMetrics, created: Bool = false, extra: [MetricFamily] = []
    ) -> String {
        var process = ProcessGauges()
        process.cpuNanoseconds = 1_500_000_000
        process.residentBytes = 8
        return written {
            registry.render(
                into: &$0, names: Names(), build: BuildInfo(version: "1", revision: "2", compiler: "3"),
                process: process, extra: extra, format: format, writesCreated: created)
        }
    }

    private func lines(_ prefix: String, _ text: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { $0.hasPrefix(prefix) }
    }

    @Test func `names families without the endings of their samples, with type and unit`() {
        let text = text()
        for family in [
            "# TYPE outrigger_build info", "# TYPE outrigger_requests counter",
            "# TYPE outrigger_request_duration_seconds histogram",
            "# TYPE outrigger_upstream_attempts counter",
            "# TYPE outrigger_refusals counter", "# TYPE outrigger_connections gauge",
            "# TYPE outrigger_dropped counter", "# TYPE outrigger_bytes counter",
            "# TYPE outrigger_pool_events counter", "# TYPE process_cpu_seconds counter",
            "# UNIT outrigger_request_duration_seconds seconds", "# UNIT outrigger_bytes bytes",
            "# UNIT process_cpu_seconds seconds", "# UNIT process_resident_memory_bytes bytes",
        ] { #expect(lines(family, text) == [family]) }
        #expect(lines("# UNIT", text).count == 4)
        #expect(lines("outrigger_build_info", text).count == 1)
        #expect(lines("process_cpu_seconds_total 1.5", text).count == 1)
        #expect(lines("outrigger_bytes_total{", text).count == 8)
    }

    @Test func `ends with EOF, which Prometheus text has not`() {
        #expect(text().hasSuffix("\n# EOF\n"))
        #expect(text().components("# EOF") == 2)
        #expect(text(.prometheus).components("# EOF") == 1)
        #expect(text(.prometheus).components("# UNIT") == 1)
    }

    @Test func `gives an added family its ending and its unit`() {
        let families = [
            MetricFamily(
                name: "a_bytes_total", kind: .counter, help: "A \"quoted\" help.", samples: [.init(value: 1)]),
            MetricFamily(name: "b", kind: .counter, help: "B.", samples: [.init(value: 2)]),
            MetricFamily(name: "c_expiry_seconds", kind: .gauge, help: "C.", samples: [.init(value: 3)]),
        ]
        let om = text(extra: families)
        #expect(
            om.hasSuffix(
                """
                # HELP a_bytes A \\"quoted\\" help.
                # TYPE a_bytes counter
                # UNIT a_bytes bytes
                a_bytes_total 1
                # HELP b B.
                # TYPE b counter
                b_total 2
                # HELP c_expiry_seconds C.
                # TYPE c_expiry_seconds gauge
                # UNIT c_expiry_seconds seconds
                c_expiry_seconds 3
                # EOF

                """))
        #expect(text(.prometheus, extra: families).contains("# HELP a_bytes_total A \"quoted\" help.\n"))
    }

    @Test func `says since when a series counts, next to it, when asked and not otherwise`() {
        let worker = registry.worker(0)
        worker.retireIdleSeries(
            now: MonotonicTime(nanoseconds: 1), wall: WallTime(nanoseconds: 7_250_000_000))
        worker.attempt(service: 1, outcome: .success)
        worker.attempt(service: 1, outcome: .reset)
        worker.observe(direction: .edge, service: 1, durationNanoseconds: 1)
        #expect(
            lines("outrigger_upstream_attempts_", text(created: true)) == [
                #"outrigger_upstream_attempts_total{service="backend",outcome="success"} 1"#,
                #"outrigger_upstream_attempts_created{service="backend",outcome="success"} 7.25"#,
                #"outrigger_upstream_attempts_total{service="backend",outcome="reset"} 1"#,
                #"outrigger_upstream_attempts_created{service="backend",outcome="reset"} 7.25"#,
            ])
        #expect(
            lines("outrigger_request_duration_seconds_c", text(created: true)) == [
                #"outrigger_request_duration_seconds_count{direction="edge",service="backend"} 1"#,
                #"outrigger_request_duration_seconds_created{direction="edge",service="backend"} 7.25"#,
            ])
        #expect(text().components("_created") == 1)
        #expect(text(.prometheus, created: true).components("_created") == 1)
    }

    @Test func `says nothing of since when where nobody knows`() {
        registry.worker(0).attempt(service: 1, outcome: .success)
        #expect(text(created: true).components("_created") == 1)
    }

    @Test func `shows a sampled request beside its bucket, in OpenMetrics only`() {
        let worker = registry.worker(1)
        worker.observe(direction: .edge, service: 1, durationNanoseconds: 3_000_000)
        worker.exemplify(
            direction: .edge, service: 1, durationNanoseconds: 3_000_000,
            trace: TraceContext(traceHigh: 0xAB, traceLow: 0x1, parent: 9, flags: 1),
            at: WallTime(nanoseconds: 1_700_000_000_500_000_000))
        let labels = #"direction="edge",service="backend",le="0.005""#
        #expect(
            lines("outrigger_request_duration_seconds_bucket{\(labels)}", text()) == [
                "outrigger_request_duration_seconds_bucket{\(labels)} 1 "
                    + #"# {trace_id="00000000000000ab0000000000000001"} 0.003 1700000000.5"#
            ])
        #expect(text().components("trace_id") == 2)
        #expect(text(.prometheus).components("trace_id") == 1)
    }

    @Test func `shows the newest of all workers' examples`() {
        for (index, time) in [(0, 5), (1, 9)] as [(Int, UInt64)] {
            registry.worker(index).observe(direction: .edge, service: 1, durationNanoseconds: 1)
            registry.worker(index).exemplify(
                direction: .edge, service: 1, durationNanoseconds: 1,
                trace: TraceContext(traceHigh: 0, traceLow: time, parent: 1, flags: 1),
                at: WallTime(seconds: time))
        }
        #expect(text().contains(#"# {trace_id="00000000000000000000000000000009"} 0.000000001 9"#))
        #expect(text().components("trace_id") == 2)
    }

    @Test func `writes bounds alike in both formats`() {
        registry.worker(0).observe(direction: .edge, service: 1, durationNanoseconds: 1)
        let name = "outrigger_request_duration_seconds_bucket"
        #expect(lines(name, text()) == lines(name, text(.prometheus)))
        #expect(lines(name, text()).contains { $0.contains(#"le="1.0""#) })
    }
}

extension String {
    /// Pieces between occurrences of `part`: one more than there are.
    func components(_ part: String) -> Int { ranges(of: part).count + 1 }
}
