import Substrate
import Telemetry
import Testing

@testable import Sidecar

@Suite("what form of metrics a scraper gets")
struct MetricsQuestionTests {
    private func asked(_ accept: [String], target: String = "/metrics") -> MetricsQuestion? {
        let lines = accept.map { "Accept: \($0)\r\n" }.joined()
        return withHead("GET \(target) HTTP/1.1\r\nHost: a\r\n\(lines)\r\n") { MetricsQuestion($0) }
    }

    @Test(arguments: [
        // What Prometheus 2.42 and 3 send, and curl.
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        "application/openmetrics-text",
        "Application/OpenMetrics-Text;Version=\"1.0.0\"",
        "application/openmetrics-text, text/plain",
        "application/openmetrics-text;q=0.001, text/plain;q=0",
        "text/plain;q=0.2, application/openmetrics-text;q=0.20",
        "text/*;q=0.5, application/*;q=0.6",
        "application/openmetrics-text;note=\"a,b;q=0\"",
        "*/*;q=0.1, application/openmetrics-text;q=0.2, text/plain;q=0.1",
    ])
    func `OpenMetrics for who likes it best`(accept: String) {
        #expect(asked([accept])?.format == .openMetrics)
    }

    @Test(arguments: [
        "", "*/*", "text/plain", "text/plain;version=0.0.4", "application/json", "text/html,*/*;q=0.8",
        "nonsense",
        ",,;", "/", "*/plain", "application/openmetrics-text;q=0",
        "application/openmetrics-text;version=0.0.1",
        "application/openmetrics-text;version=2.0.0", "application/openmetrics-text;charset=latin1",
        "application/openmetrics-text;q=0.4, text/plain;q=0.5",
        "application/openmetrics-text;q=0.4, */*;q=0.5",
        // Not a weight: the range says nothing.
        "application/openmetrics-text;q=2", "application/openmetrics-text;q=1.001",
        "application/openmetrics-text;q=0.1234", "application/openmetrics-text;q=x",
        "application/openmetrics-text;q=", "application/openmetrics-text;q=-1",
        "\"application/openmetrics-text\"", "application/openmetrics-textual",
        "xapplication/openmetrics-text",
        // The more specific range decides, wherever it stands.
        "application/openmetrics-text;version=1.0.0;q=0, application/openmetrics-text, text/plain;q=0.1",
        "application/*, application/openmetrics-text;q=0",
        "*/*;version=1.0.0, application/openmetrics-text;q=0.3, text/plain;q=0.4",
    ])
    func `Prometheus text for everyone else`(accept: String) {
        #expect(asked([accept])?.format == .prometheus)
    }

    @Test func `several lines are one list`() {
        #expect(asked([])?.format == .prometheus)
        #expect(asked(["text/plain;q=0.5", "application/openmetrics-text"])?.format == .openMetrics)
        #expect(asked(["text/plain", "application/openmetrics-text;q=0.5"])?.format == .prometheus)
    }

    @Test func `a query asks for beginnings`() {
        #expect(asked([])?.wantsCreated == false)
        #expect(asked([], target: "/metrics?created=1")?.wantsCreated == true)
        #expect(asked([], target: "/metrics?a=b&created=1&c")?.wantsCreated == true)
        for other in ["created", "created=0", "created=11", "xcreated=1"] {
            #expect(asked([], target: "/metrics?\(other)")?.wantsCreated == false)
        }
    }
}
