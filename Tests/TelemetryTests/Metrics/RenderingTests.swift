import Substrate
import Testing

@testable import Telemetry

@Suite struct RenderingTests {
    private func request(
        _ status: UInt16, service: UInt32 = 1, route: UInt32 = 1, tenant: UInt32 = 0
    ) -> RequestSeries {
        RequestSeries(direction: .edge, service: service, route: route, tenant: tenant, status: status)
    }

    @Test func `adds up the workers' counts of one series`() {
        let registry = MetricsRegistry(workers: 3)
        for index in 0..<3 {
            for _ in 0...index { registry.worker(index).count(request: request(200, tenant: 1)) }
        }
        let series =
            #"outrigger_requests_total{direction="edge",service="backend",route="everything",tenant="acme",code="200"}"#
        #expect(registry.value(series) == "6")
        #expect(registry.lines.count { $0.hasPrefix("outrigger_requests_total{") } == 1)
    }

    @Test func `renders requests in the order of their numbers`() {
        let registry = MetricsRegistry(workers: 1)
        registry.worker(0).count(request: request(404, service: 0, route: 0))
        registry.worker(0).count(request: request(200, service: 2, route: 7, tenant: 2))
        registry.worker(0).count(request: request(200))
        #expect(
            registry.lines.filter { $0.hasPrefix("outrigger_requests_total{") } == [
                #"outrigger_requests_total{direction="edge",service="",route="",tenant="",code="404"} 1"#,
                #"outrigger_requests_total{direction="edge",service="backend",route="everything",tenant="",code="200"} 1"#,
                ##"outrigger_requests_total{direction="edge",service="billing",route="#7",tenant="globex",code="200"} 1"##,
            ])
    }

    @Test func `renders a histogram cumulatively with an exact sum`() {
        let registry = MetricsRegistry(workers: 2)
        registry.worker(0).observe(direction: .inbound, service: 1, durationNanoseconds: 250_000)
        registry.worker(0).observe(direction: .inbound, service: 1, durationNanoseconds: 3_000_001)
        registry.worker(1).observe(direction: .inbound, service: 1, durationNanoseconds: 31_000_000_000)
        let name = "outrigger_request_duration_seconds"
        let labels = #"direction="inbound",service="backend""#
        let bounds = [
            "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5",
            "1.0", "5.0", "30.0",
        ]
        var expected = bounds.enumerated().map { index, bound in
            "\(name)_bucket{\(labels),le=\"\(bound)\"} \(index < 4 ? 1 : 2)"
        }
        expected.append("\(name)_bucket{\(labels),le=\"+Inf\"} 3")
        expected.append("\(name)_sum{\(labels)} 31.003250001")
        expected.append("\(name)_count{\(labels)} 3")
        #expect(registry.lines.filter { $0.hasPrefix(name) } == expected)
    }

    @Test func `renders everything else`() {
        let registry = MetricsRegistry(workers: 2)
        let worker = registry.worker(1)
        worker.refused(reason: .routeNotFound, tenant: 0)
        worker.refused(reason: .bodyTooLarge, tenant: 2)
        worker.attempt(service: 1, outcome: .connectFailed)
        worker.pool(service: 1, event: .reused)
        for _ in 0..<3 { worker.connectionOpened(.edge) }
        worker.connectionClosed(.edge)
        worker.connectionIdled(.edge)
        worker.bytes(.upstream, .sent, count: 1_234)
        worker.webhook(.genesys, outcome: .accepted)
        worker.dropped(.accessLogLine, count: 5)
        #expect(registry.value(#"outrigger_refusals_total{reason="route.not_found",tenant=""}"#) == "1")
        #expect(registry.value(#"outrigger_refusals_total{reason="body.too_large",tenant="globex"}"#) == "1")
        #expect(
            registry.value(#"outrigger_upstream_attempts_total{service="backend",outcome="connect_failed"}"#)
                == "1")
        #expect(registry.value(#"outrigger_pool_events_total{service="backend",event="reused"}"#) == "1")
        #expect(registry.value(#"outrigger_connections{direction="edge",state="active"}"#) == "1")
        #expect(registry.value(#"outrigger_connections{direction="edge",state="idle"}"#) == "1")
        #expect(registry.value(#"outrigger_connections_opened_total{direction="edge"}"#) == "3")
        #expect(registry.value(#"outrigger_bytes_total{direction="upstream",way="sent"}"#) == "1234")
        #expect(registry.value(#"outrigger_webhooks_total{provider="genesys",outcome="accepted"}"#) == "1")
        #expect(registry.value(#"outrigger_dropped_total{what="access_log_line"}"#) == "5")
        #expect(
            registry.value(#"outrigger_build_info{version="1.2.3",revision="abc",compiler="6.3"}"#) == "1")
    }

    @Test func `renders the process and added families`() {
        var process = ProcessGauges()
        process.cpuNanoseconds = 1_500_000_000
        process.residentBytes = 8_000_000
        let family = MetricFamily(
            name: "outrigger_config_revision", kind: .gauge, help: "Back\\slash and\nline.",
            samples: [
                .init(labels: [.init("file", "a\"b\\c\nd")], value: 7), .init(value: 0.5),
                .init(value: .infinity),
            ])
        let text = written {
            MetricsRegistry(workers: 1).render(
                into: &$0, names: Names(), build: BuildInfo(version: "1", revision: "2", compiler: "3"),
                process: process, extra: [family])
        }
        #expect(
            text.hasSuffix(
                """
                # HELP process_cpu_seconds_total User and system CPU time.
                # TYPE process_cpu_seconds_total counter
                process_cpu_seconds_total 1.5
                # HELP process_resident_memory_bytes Resident memory.
                # TYPE process_resident_memory_bytes gauge
                process_resident_memory_bytes 8000000
                # HELP outrigger_config_revision Back\\\\slash and\\nline.
                # TYPE outrigger_config_revision gauge
                outrigger_config_revision{file="a\\"b\\\\c\\nd"} 7
                outrigger_config_revision 0.5
                outrigger_config_revision +Inf

                """))
    }

    @Test func `escapes label values`() {
        let registry = MetricsRegistry(workers: 1)
        registry.worker(0).attempt(service: 3, outcome: .success)
        #expect(
            registry.value(
                #"outrigger_upstream_attempts_total{service="quote\"back\\slash\nline",outcome="success"}"#)
                == "1")
    }

    @Test func `gives each family one HELP and one TYPE before its samples`() {
        let registry = MetricsRegistry(workers: 2)
        for index in 0..<2 {
            registry.worker(index).count(request: request(200))
            registry.worker(index).observe(direction: .edge, service: 1, durationNanoseconds: 1)
            registry.worker(index).attempt(service: 1, outcome: .success)
            registry.worker(index).pool(service: 1, event: .opened)
            registry.worker(index).refused(reason: .routeNotFound, tenant: 0)
        }
        var families: [String] = []
        for (index, line) in registry.lines.enumerated() {
            let words = line.split(separator: " ").map(String.init)
            if words[1] == "HELP" {
                #expect(!families.contains(words[2]))
                families.append(words[2])
                #expect(registry.lines[index + 1].hasPrefix("# TYPE \(words[2]) "))
            } else if words[0] != "#" {
                #expect(line.hasPrefix(families[families.count - 1]))
            }
        }
        #expect(
            families == [
                "outrigger_build_info", "outrigger_requests_total", "outrigger_request_duration_seconds",
                "outrigger_upstream_attempts_total", "outrigger_refusals_total",
                "outrigger_pool_events_total",
                "outrigger_connections", "outrigger_connections_opened_total", "outrigger_bytes_total",
                "outrigger_webhooks_total", "outrigger_dropped_total",
            ])
    }

    @Test func `shows no series twice`() {
        let registry = MetricsRegistry(workers: 4)
        for index in 0..<4 {
            for number in 0..<500 as Range<UInt32> {
                registry.worker(index).count(
                    request: request(UInt16(200 + number % 5), service: number, tenant: number))
                registry.worker(index).attempt(service: number, outcome: .success)
                registry.worker(index).refused(reason: .routeNotFound, tenant: number)
            }
        }
        let series = registry.lines.filter { !$0.hasPrefix("#") }.map {
            $0[..<($0.lastIndex(of: " ") ?? $0.endIndex)]
        }
        #expect(Set(series).count == series.count)
    }

    @Test(
        arguments: [
            (0, "0"), (1, "0.000000001"), (999_999_999, "0.999999999"), (1_000_000_000, "1"),
            (1_500_000_000, "1.5"),
            (UInt64.max, "18446744073.709551615"),
        ] as [(UInt64, String)])
    func `writes nanoseconds as exact seconds`(nanoseconds: UInt64, seconds: String) {
        #expect(written { Exposition.appendSeconds(nanoseconds, into: &$0) } == seconds)
    }
}
