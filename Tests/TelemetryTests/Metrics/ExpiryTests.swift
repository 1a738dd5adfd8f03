import Substrate
import Testing

@testable import Telemetry

@Suite struct ExpiryTests {
    private static let minute: UInt64 = 60
    private static let idle: UInt64 = 15 * 60

    private func request(_ number: UInt32, tenant: UInt32 = 0) -> RequestSeries {
        RequestSeries(direction: .edge, service: 1, route: number, tenant: tenant, status: 200)
    }

    private func series(_ route: Int) -> String {
        "outrigger_requests_total{direction=\"edge\",service=\"backend\",route=\"#\(route)\",tenant=\"\",code=\"200\"}"
    }

    /// A search for idle series, long enough to see all of a small table.
    private func search(_ registry: MetricsRegistry, at seconds: UInt64, workers: [Int]? = nil) {
        for index in workers ?? Array(0..<registry.workerCount) {
            registry.worker(index).retireIdleSeries(
                now: MonotonicTime(nanoseconds: seconds * 1_000_000_000),
                wall: WallTime(seconds: 1_000_000 + seconds))
        }
    }

    @Test func `keeps a series for 15 idle minutes, and not for longer`() {
        let registry = MetricsRegistry(workers: 1)
        search(registry, at: 100)
        registry.worker(0).count(request: request(7))
        search(registry, at: 105)
        search(registry, at: 105 + Self.idle - 1)
        #expect(registry.value(series(7)) == "1")
        search(registry, at: 105 + Self.idle)
        #expect(registry.value(series(7)) == nil)
        #expect(registry.worker(0).requests.count == 0)
    }

    @Test func `keeps a series that counts`() {
        let registry = MetricsRegistry(workers: 1)
        for round in 0..<100 as Range<UInt64> {
            registry.worker(0).count(request: request(7))
            registry.worker(0).observe(direction: .edge, service: 1, durationNanoseconds: 1)
            registry.worker(0).refused(reason: .routeNotFound, tenant: 1)
            registry.worker(0).attempt(service: 1, outcome: .reset)
            registry.worker(0).pool(service: 1, event: .opened)
            search(registry, at: round * (Self.idle - 1))
        }
        #expect(registry.value(series(7)) == "100")
        #expect(
            registry.value(#"outrigger_request_duration_seconds_count{direction="edge",service="backend"}"#)
                == "100")
        #expect(registry.value(#"outrigger_refusals_total{reason="route.not_found",tenant="acme"}"#) == "100")
        #expect(
            registry.value(#"outrigger_upstream_attempts_total{service="backend",outcome="reset"}"#) == "100")
        #expect(registry.value(#"outrigger_pool_events_total{service="backend",event="opened"}"#) == "100")
    }

    @Test func `expires series of every family and no fixed counter`() {
        let registry = MetricsRegistry(workers: 1)
        let worker = registry.worker(0)
        worker.count(request: request(7))
        worker.observe(direction: .edge, service: 1, durationNanoseconds: 1)
        worker.refused(reason: .routeNotFound, tenant: 1)
        worker.attempt(service: 1, outcome: .reset)
        worker.pool(service: 1, event: .opened)
        worker.dropped(.span)
        search(registry, at: 1)
        search(registry, at: 1 + Self.idle)
        let samples = registry.lines.filter { !$0.hasPrefix("#") }
        for family in ["requests", "request_duration", "upstream_attempts", "refusals", "pool_events"] {
            #expect(!samples.contains { $0.hasPrefix("outrigger_\(family)") }, "\(family)")
        }
        #expect(registry.value(#"outrigger_dropped_total{what="span"}"#) == "1")
    }

    @Test func `never lets a sum fall while one worker still counts`() {
        let registry = MetricsRegistry(workers: 2)
        search(registry, at: 0)
        for _ in 0..<500 { registry.worker(0).count(request: request(7)) }
        registry.worker(1).count(request: request(7))
        var time: UInt64 = 0
        var last = 501
        // Worker 0 has nothing to do for an hour; worker 1 goes on.
        while time < 4 * Self.idle {
            time += Self.minute
            registry.worker(1).count(request: request(7))
            last += 1
            search(registry, at: time)
            #expect(registry.value(series(7)) == "\(last)")
        }
        #expect(registry.worker(0).requests.count == 0)
        // And again when worker 0 comes back, and goes again.
        registry.worker(0).count(request: request(7))
        last += 1
        #expect(registry.value(series(7)) == "\(last)")
        for _ in 0..<40 {
            time += Self.minute
            registry.worker(1).count(request: request(7))
            last += 1
            search(registry, at: time)
            registry.reclaim()
        }
        #expect(registry.value(series(7)) == "\(last)")
    }

    @Test func `shows a series that comes back from zero, with a new beginning`() {
        let registry = MetricsRegistry(workers: 2)
        search(registry, at: 0)
        for _ in 0..<500 { registry.worker(0).count(request: request(7)) }
        registry.worker(1).count(request: request(7))
        search(registry, at: 1)
        search(registry, at: 1 + Self.idle)
        #expect(registry.value(series(7)) == nil)
        search(registry, at: 2 + Self.idle)
        registry.worker(1).count(request: request(7))
        #expect(registry.value(series(7)) == "1")
        let created = written {
            registry.render(
                into: &$0, names: Names(), build: BuildInfo(version: "", revision: "", compiler: ""),
                format: .openMetrics, writesCreated: true)
        }
        #expect(
            created.contains(
                "outrigger_requests_created{direction=\"edge\",service=\"backend\",route=\"#7\",tenant=\"\",code=\"200\"} \(1_000_002 + Self.idle)\n"
            ))
    }

    @Test func `uses the places of idle series again, once a reader took what they had counted`() {
        var limits = MetricsLimits()
        limits.maxRequestSeries = 40
        let registry = MetricsRegistry(workers: 1, limits: limits)
        search(registry, at: 0)
        let dropped = #"outrigger_dropped_total{what="metric_series"}"#
        for number in 1...40 as ClosedRange<UInt32> { registry.worker(0).count(request: request(number)) }
        registry.worker(0).count(request: request(41))
        #expect(registry.value(dropped) == "1")
        // One of them, and the overflow, stay in use.
        search(registry, at: 1)
        registry.worker(0).count(request: request(40))
        registry.worker(0).count(request: request(42))
        search(registry, at: Self.idle)
        search(registry, at: 1 + Self.idle)
        #expect(registry.worker(0).requests.count == 2)
        // Retired, but nobody has read them: their places are not free.
        registry.worker(0).count(request: request(43))
        #expect(registry.value(dropped) == "3")
        registry.reclaim()
        search(registry, at: 2 + Self.idle)
        for number in 101...138 as ClosedRange<UInt32> { registry.worker(0).count(request: request(number)) }
        #expect(registry.value(dropped) == "3")
        #expect(registry.worker(0).requests.count == 40)
        registry.worker(0).count(request: request(140))
        #expect(registry.value(dropped) == "4")
        for number in 101...138 { #expect(registry.value(series(number)) == "1") }
        #expect(registry.value(series(40)) == "2")
    }

    @Test func `gives a tenant's name to another once it has had no series at two reviews`() {
        var limits = MetricsLimits()
        limits.maxTenants = 2
        let registry = MetricsRegistry(workers: 2, limits: limits)
        func shown() -> Set<String> {
            Set(
                registry.lines.filter { $0.hasPrefix("outrigger_requests_total{") }.compactMap {
                    $0.split(separator: ",").first { $0.hasPrefix("tenant=") }.map(String.init)
                })
        }
        search(registry, at: 0)
        for tenant in 1...3 as ClosedRange<UInt32> {
            for index in 0..<2 { registry.worker(index).count(request: request(1, tenant: tenant)) }
        }
        #expect(shown() == [#"tenant="acme""#, #"tenant="globex""#, #"tenant="_other""#])
        // The first one goes on, the second one is idle.
        search(registry, at: 1)
        for index in 0..<2 { registry.worker(index).count(request: request(1, tenant: 1)) }
        search(registry, at: 2)
        search(registry, at: 1 + Self.idle)
        registry.reclaim()
        registry.worker(0).count(request: request(1, tenant: 3))
        #expect(shown() == [#"tenant="acme""#, #"tenant="_other""#], "the name is still kept")
        registry.reclaim()
        for index in 0..<2 { registry.worker(index).count(request: request(1, tenant: 3)) }
        #expect(shown() == [#"tenant="acme""#, #"tenant="_other""#, #"tenant="initech""#])
        registry.worker(0).count(request: request(1, tenant: 2))
        #expect(!shown().contains(#"tenant="globex""#), "and there are two names, as before")
    }

    @Test func `lets a tenant keep its name that comes back between two reviews`() {
        var limits = MetricsLimits()
        limits.maxTenants = 1
        let registry = MetricsRegistry(workers: 1, limits: limits)
        search(registry, at: 0)
        registry.worker(0).count(request: request(1, tenant: 1))
        search(registry, at: 1)
        search(registry, at: 1 + Self.idle)
        registry.reclaim()
        registry.worker(0).count(request: request(1, tenant: 1))
        registry.reclaim()
        registry.reclaim()
        registry.worker(0).count(request: request(1, tenant: 2))
        let lines = registry.lines.filter { $0.hasPrefix("outrigger_requests_total{") }
        #expect(lines.count == 2)
        #expect(lines.contains { $0.contains(#"tenant="acme""#) })
        #expect(lines.contains { $0.contains(#"tenant="_other""#) })
    }

    @Test func `knows tenants up to a number and calls those past it other`() {
        let registry = MetricsRegistry(workers: 1)
        let last = MetricsLimits.maxTenantNumber
        registry.worker(0).count(request: request(1, tenant: last))
        registry.worker(0).count(request: request(1, tenant: last + 1))
        let lines = registry.lines.filter { $0.hasPrefix("outrigger_requests_total{") }
        #expect(lines.count == 2)
        #expect(lines.contains { $0.contains("tenant=\"#\(last)\"") })
        #expect(lines.contains { $0.contains(#"tenant="_other""#) })
    }

    @Test func `looks at so many places in one search and at the others in the next`() {
        let registry = MetricsRegistry(workers: 1)
        let count = UInt32(MetricsLimits.placesPerSearch)
        search(registry, at: 0)
        for number in 1...count + 1 { registry.worker(0).count(request: request(number)) }
        search(registry, at: 1)
        search(registry, at: 1)
        search(registry, at: 1 + Self.idle)
        #expect(registry.worker(0).requests.count == 1)
        search(registry, at: 1 + Self.idle)
        #expect(registry.worker(0).requests.count == 0)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `counts as a plain table does, whatever comes and goes`(seed: UInt64) {
        var random = RandomSource(seed: seed)
        var limits = MetricsLimits()
        limits.idleSeconds = 30
        let registry = MetricsRegistry(workers: 2, limits: limits)
        var counted: [String: Int] = [:]
        var lastUse: [String: UInt64] = [:]
        for time in 1...200 as ClosedRange<UInt64> {
            for _ in 0..<random.next(below: 12) {
                let number = 4 + random.next(below: 100)
                registry.worker(Int(random.next(below: 2))).count(request: request(number))
                counted[series(Int(number)), default: 0] += 1
                lastUse[series(Int(number))] = time
            }
            search(registry, at: time)
            // A reader is who lets a series go: until one comes, it may come back as if it had never been idle.
            let isRead = time.isMultiple(of: 10)
            guard isRead || random.next(below: 4) == 0 else { continue }
            for (name, use) in lastUse where time - use >= 30 {
                counted[name] = nil
                lastUse[name] = nil
            }
            if !isRead {
                registry.reclaim()
                continue
            }
            var shown: [String: Int] = [:]
            for line in registry.lines where line.hasPrefix("outrigger_requests_total{") {
                let words = line.split(separator: " ")
                shown[String(words[0])] = Int(words[1])
            }
            #expect(shown == counted)
        }
    }
}
