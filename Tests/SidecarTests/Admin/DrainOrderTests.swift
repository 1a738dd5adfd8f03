import MeshModel
import Substrate
import Testing

@testable import Sidecar

@Suite("an order to drain")
struct DrainOrderTests {
    private func order(_ line: String, _ fields: String = "") -> DrainOrder? {
        withHead("\(line) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n") { DrainOrder($0) }
    }

    @Test func `a period may be named`() {
        #expect(order("POST /drain") == .begin(period: nil))
        #expect(order("POST /drain?") == .begin(period: nil))
        #expect(order("POST /drain?period=250ms") == .begin(period: .milliseconds(250)))
        #expect(order("POST /drain?period=0s") == .begin(period: .seconds(0)))
        #expect(order("POST /drain?period=1h") == .begin(period: Drain.maxPeriod))
    }

    @Test(arguments: [
        "period=", "period=5", "period=3601s", "period=-1s", "period=1s&period=2s", "time=1s", "period",
        "PERIOD=1s", "period=0000000000000000000000001s",
    ])
    func `another query is refused`(_ query: String) {
        #expect(order("POST /drain?\(query)") == .periodRefused)
    }

    @Test func `a period of as many bytes as are read`() {
        #expect(order("POST /drain?period=" + String(repeating: "0", count: 23) + "1s") == .periodRefused)
        #expect(
            order("POST /drain?period=" + String(repeating: "0", count: 22) + "1s")
                == .begin(period: .seconds(1)))
    }

    @Test(arguments: ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
    func `nothing but POST is obeyed`(_ method: String) {
        #expect(order("\(method) /drain?period=1s") == .methodRefused)
    }

    @Test(arguments: ["Origin: http://a\r\n", "origin: null\r\n", "ORIGIN:\r\n"])
    func `a browser is refused`(_ field: String) {
        #expect(order("POST /drain", field) == .originRefused)
        #expect(order("POST /drain?period=x", field) == .originRefused)
    }
}
