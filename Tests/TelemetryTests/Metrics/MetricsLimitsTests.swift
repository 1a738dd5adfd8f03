import Substrate
import Testing

@testable import Telemetry

@Suite struct MetricsLimitsTests {
    private static let other =
        #"outrigger_requests_total{direction="edge",service="_other",route="_other",tenant="_other",code="_other"}"#
    private static let dropped = #"outrigger_dropped_total{what="metric_series"}"#

    private func request(_ number: UInt32, tenant: UInt32 = 0) -> RequestSeries {
        RequestSeries(direction: .edge, service: 1, route: number, tenant: tenant, status: 200)
    }

    @Test func `keeps 10,000 request series a worker and counts one more as other`() {
        let registry = MetricsRegistry(workers: 1)
        let worker = registry.worker(0)
        for number in 1...10_000 as ClosedRange<UInt32> { worker.count(request: request(number)) }
        #expect(worker.requests.count == 10_000)
        #expect(registry.value(Self.other) == nil)
        #expect(registry.value(Self.dropped) == "0")
        worker.count(request: request(10_001))
        worker.count(request: request(10_002))
        worker.count(request: request(10_000))
        #expect(registry.value(Self.other) == "2")
        #expect(registry.value(Self.dropped) == "2")
        #expect(worker.requests.count == 10_001)
        let sum = registry.lines.filter { $0.hasPrefix("outrigger_requests_total{") }
            .compactMap { Int($0.split(separator: " ").last ?? "") }.reduce(0, +)
        #expect(sum == 10_003)
    }

    @Test func `has room for the overflow of every direction`() {
        var limits = MetricsLimits()
        limits.maxRequestSeries = 1
        limits.maxDurationSeries = 1
        let registry = MetricsRegistry(workers: 1, limits: limits)
        let worker = registry.worker(0)
        for number in 1...3 as ClosedRange<UInt32> {
            for direction in Direction.allCases {
                worker.count(
                    request: RequestSeries(
                        direction: direction, service: 1, route: number, tenant: 0, status: 200))
                worker.observe(direction: direction, service: number, durationNanoseconds: 10)
            }
        }
        #expect(worker.requests.count == 1 + Direction.allCases.count)
        #expect(worker.durations.count == 1 + Direction.allCases.count)
        #expect(
            registry.value(#"outrigger_request_duration_seconds_count{direction="inbound",service="_other"}"#)
                == "3")
        #expect(
            registry.value(#"outrigger_request_duration_seconds_sum{direction="inbound",service="_other"}"#)
                == "0.00000003")
    }

    @Test func `names 1,000 tenants of the process and the next ones other`() {
        let registry = MetricsRegistry(workers: 2)
        for tenant in 1...1_000 as ClosedRange<UInt32> {
            registry.worker(Int(tenant) % 2).count(request: request(1, tenant: tenant))
        }
        let tenantOther =
            #"outrigger_requests_total{direction="edge",service="backend",route="everything",tenant="_other",code="200"}"#
        #expect(registry.value(tenantOther) == nil)
        registry.worker(0).count(request: request(1, tenant: 1_001))
        registry.worker(1).count(request: request(1, tenant: 1_002))
        registry.worker(1).count(request: request(1, tenant: 1))
        registry.worker(1).count(request: request(1, tenant: 2))
        #expect(registry.value(tenantOther) == "2")
        #expect(registry.lines.count { $0.hasPrefix("outrigger_requests_total{") } == 1_001)
        registry.worker(0).refused(reason: .routeNotFound, tenant: 1_003)
        registry.worker(0).refused(reason: .routeNotFound, tenant: 3)
        #expect(registry.value(#"outrigger_refusals_total{reason="route.not_found",tenant="_other"}"#) == "1")
        #expect(
            registry.value(#"outrigger_refusals_total{reason="route.not_found",tenant="initech"}"#) == "1")
        #expect(registry.value(Self.dropped) == "0")
    }

    @Test func `bounds the series of services and refusals`() {
        var limits = MetricsLimits()
        limits.maxServices = 2
        limits.maxRefusalSeries = 2
        let registry = MetricsRegistry(workers: 1, limits: limits)
        let worker = registry.worker(0)
        for number in 1...3 as ClosedRange<UInt32> {
            worker.attempt(service: number, outcome: .reset)
            worker.pool(service: number, event: .opened)
            worker.refused(reason: .overloaded, tenant: number)
        }
        #expect(
            registry.value(#"outrigger_upstream_attempts_total{service="_other",outcome="reset"}"#) == "1")
        #expect(registry.value(#"outrigger_pool_events_total{service="_other",event="opened"}"#) == "1")
        #expect(registry.value(#"outrigger_refusals_total{reason="_other",tenant="_other"}"#) == "1")
        #expect(registry.value(Self.dropped) == "3")
    }
}
