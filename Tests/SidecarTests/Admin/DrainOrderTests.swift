import MeshModel
import Substrate
import Testing

@testable import Sidecar

@Suite("an order to drain")
struct DrainOrderTests {
    private func order(_ query: String) -> DrainOrder? {
        Array(query.utf8).withBytes { try? DrainOrder(query: $0) }
    }

    @Test func `a period may be named`() throws {
        #expect(try #require(order("")).period == nil)
        #expect(order("period=250ms")?.period == .milliseconds(250))
        #expect(order("period=0s")?.period == .seconds(0))
        #expect(order("period=1h")?.period == Drain.maxPeriod)
    }

    @Test(arguments: [
        "period=", "period=5", "period=3601s", "period=-1s", "period=1s&period=2s", "time=1s", "period",
        "PERIOD=1s", "period=1%73",
    ])
    func `another query is refused`(_ query: String) {
        #expect(order(query) == nil)
    }
}
