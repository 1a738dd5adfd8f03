import MeshModel
import Substrate
import Telemetry
import Testing

@testable import Sidecar

@Suite("orders to the admin listener")
struct AdminQueryTests {
    private func refusal(_ body: (Bytes) throws(AdminRefusal) -> Void, _ query: String) -> AdminRefusal? {
        Array(query.utf8).withBytes { bytes in
            do throws(AdminRefusal) {
                try body(bytes)
                return nil
            } catch {
                return error
            }
        }
    }

    private func tap(_ query: String) -> TapOrder? {
        Array(query.utf8).withBytes { try? TapOrder(query: $0) }
    }

    private func tapRefusal(_ query: String) -> String {
        refusal({ bytes throws(AdminRefusal) in _ = try TapOrder(query: bytes) }, query)?.detail ?? ""
    }

    private func level(_ query: String) -> LogLevelOrder? {
        Array(query.utf8).withBytes { try? LogLevelOrder(query: $0) }
    }

    @Test func `a tap asks for what it names`() {
        let order = tap(
            "for=5m&max=7&rate=9&listener=front&route=r&service=s&tenant=acme&reason=route.not_found&status=4xx&minDuration=250ms"
        )
        #expect(order?.nanoseconds == 300_000_000_000)
        #expect(order?.events == 7 && order?.eventsPerSecond == 9)
        #expect(order?.filter.listener == Array("front".utf8) && order?.filter.tenant == Array("acme".utf8))
        #expect(order?.filter.reason == .routeNotFound)
        #expect(order?.filter.status == .hundreds(4))
        #expect(order?.filter.minNanoseconds == 250_000_000)
        #expect(tap("status=404")?.filter.status == .exactly(404))
        #expect(tap("status=none")?.filter.status == .exactly(0))
        let plain = tap("")
        #expect(plain?.nanoseconds == 30_000_000_000 && plain?.events == 10_000)
        #expect(plain?.filter == TapFilter() && plain?.eventsPerSecond == 100)
    }

    @Test(arguments: [
        ("for=301s", "up to 5m"), ("for=0s", "up to 5m"), ("for=30", "for=30s"), ("max=0", "1 to 100000"),
        ("max=100001", "1 to 100000"), ("rate=0", "1 to 1000"), ("rate=1001", "1 to 1000"),
        ("rate=+5", "takes letters"), ("status=600", "100 to 599"), ("status=6xx", "100 to 599"),
        ("status=99", "100 to 599"), ("status=x", "100 to 599"), ("reason=none", "reason code"),
        ("reason=", "takes letters"), ("minDuration=fast", "minDuration=250ms"),
        ("route=a&route=a", "stands twice"),
        ("colour=red", "the parameters here are for, max"), ("route", "has no value"),
        ("route=a&", "has no value"),
        ("route=a%20b", "takes letters"), ("=a", "is not known"),
    ])
    func `what a tap cannot be told is refused with what can be`(query: String, says: String) {
        #expect(tapRefusal(query).contains(says))
    }

    @Test func `limits hold at the limit`() {
        #expect(tap("max=100000&rate=1000&for=300s") != nil)
        let longest = "route=" + String(repeating: "a", count: AdminQuery.maxBytes - 6)
        #expect(tap(longest) != nil)
        #expect(tapRefusal(longest + "a").contains("1024 bytes"))
    }

    @Test func `a refusal repeats nothing that was sent`() {
        for query in ["canary=1", "route=canary%", "reason=canary", "level=canary"] {
            #expect(!tapRefusal(query).contains("canary"))
            #expect(!tapRefusal(query).isEmpty)
        }
    }

    @Test func `a level is for all, or for one`() {
        let threshold = LogThreshold()
        level("level=debug&subsystem=tls")?.apply(to: threshold)
        #expect(threshold.level(of: .tls) == .debug && threshold.level(of: .config) == .info)
        #expect(written { LogLevelOrder.append(threshold, into: &$0) }.contains(#""tls":"debug","#))
        level("level=error")?.apply(to: threshold)
        #expect(LogSubsystem.allCases.allSatisfy { threshold.level(of: $0) == .error })
        for query in ["", "level=loud", "subsystem=tls", "level=info&subsystem=nobody", "level=INFO"] {
            #expect(level(query) == nil)
        }
    }
}
