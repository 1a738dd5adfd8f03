import Substrate
import Synchronization
import Telemetry
import Testing

@Suite struct ConcurrencyTests {
    private static let rounds = 20_000

    @Test func `scrapes beside writing workers show whole lines and in the end every count`() {
        let registry = MetricsRegistry(workers: 4)
        let working = Atomic<Int>(4)
        let broken = Atomic<Int>(0)
        let scrapes = Atomic<Int>(0)
        var bodies: [@Sendable () -> Void] = (0..<4).map { index in
            { @Sendable in
                let worker = registry.worker(index)
                for round in 0..<Self.rounds {
                    let number = UInt32(round % 1_500) + 1
                    worker.count(
                        request: RequestSeries(
                            direction: .edge, service: number % 7, route: number, tenant: number, status: 200)
                    )
                    worker.observe(
                        direction: .edge, service: number % 300, durationNanoseconds: UInt64(round) * 1_000)
                    worker.connectionOpened(.edge)
                    worker.connectionClosed(.edge)
                }
                working.wrappingSubtract(1, ordering: .releasing)
            }
        }
        bodies.append { @Sendable in
            repeat {
                scrapes.wrappingAdd(1, ordering: .relaxed)
                for line in registry.lines where !Self.isWhole(line) {
                    broken.wrappingAdd(1, ordering: .relaxed)
                }
            } while working.load(ordering: .acquiring) > 0
        }
        runOnThreads(bodies)
        #expect(scrapes.load(ordering: .relaxed) > 0)
        #expect(broken.load(ordering: .relaxed) == 0)
        let lines = registry.lines
        let total = 4 * Self.rounds
        #expect(Self.sum(lines, "outrigger_requests_total{") == total)
        #expect(Self.sum(lines, "outrigger_request_duration_seconds_count{") == total)
        #expect(registry.value(#"outrigger_connections_opened_total{direction="edge"}"#) == "\(total)")
        #expect(registry.value(#"outrigger_connections{direction="edge",state="active"}"#) == "0")
        // 1,000 tenants have names; all others share one series a route and service.
        let named = Set(lines.filter { $0.hasPrefix("outrigger_requests_total{") }.compactMap(Self.tenant))
        #expect(named.count == 1_001)
    }

    @Test func `a sum never falls while parts of it are given up and come back`() {
        var limits = MetricsLimits()
        limits.idleSeconds = 2
        let registry = MetricsRegistry(workers: 2, limits: limits)
        let working = Atomic<Int>(2)
        let falls = Atomic<Int>(0)
        let steady = RequestSeries(direction: .edge, service: 1, route: 1, tenant: 0, status: 200)
        let shown =
            #"outrigger_requests_total{direction="edge",service="backend",route="everything",tenant="",code="200"}"#
        // Some worker counts in the series all the time: without one it would end as a whole.
        registry.worker(0).count(request: steady)
        var bodies: [@Sendable () -> Void] = (0..<2).map { index in
            { @Sendable in
                let worker = registry.worker(index)
                for round in 0..<UInt64(Self.rounds) {
                    // The second worker leaves the series alone for long enough to lose it, again and again.
                    if index == 0 || round % 8 == 0 { worker.count(request: steady) }
                    worker.retireIdleSeries(
                        now: MonotonicTime(nanoseconds: round * 1_000_000_000), wall: WallTime(seconds: round)
                    )
                }
                working.wrappingSubtract(1, ordering: .releasing)
            }
        }
        bodies.append { @Sendable in
            var last = 0
            repeat {
                let value = registry.value(shown).flatMap { Int($0) } ?? 0
                if value < last { falls.wrappingAdd(1, ordering: .relaxed) }
                last = value
            } while working.load(ordering: .acquiring) > 0
        }
        runOnThreads(bodies)
        #expect(falls.load(ordering: .relaxed) == 0)
        #expect(registry.value(shown) == "\(1 + Self.rounds + Self.rounds / 8)")
    }

    private static func isWhole(_ line: String) -> Bool {
        if line.hasPrefix("# ") { return true }
        guard let space = line.lastIndex(of: " "), Double(line[line.index(after: space)...]) != nil else {
            return false
        }
        let series = line[..<space]
        return series.hasSuffix("}")
            && series.replacing("\\\"", with: "").count(where: { $0 == "\"" }) % 2 == 0
            // A gauge of open connections that ended in between would wrap around.
            && (!line.hasPrefix("outrigger_connections{") || line.count < 80)
    }

    private static func sum(_ lines: [String], _ prefix: String) -> Int {
        lines.filter { $0.hasPrefix(prefix) }.compactMap { Int($0.split(separator: " ").last ?? "") }.reduce(
            0, +)
    }

    private static func tenant(_ line: String) -> Substring? {
        line.split(separator: ",").first { $0.hasPrefix("tenant=") }
    }
}
