import Substrate
import Testing

@testable import Sidecar

@Suite("what the admin listener understands")
struct AdminRequestTests {
    private func asked(_ line: String, isFull: Bool = true) -> AdminRequest? {
        withHead("\(line) HTTP/1.1\r\nHost: a\r\n\r\n") { AdminRequest($0, isFull: isFull) }
    }

    @Test(arguments: [
        ("/healthz", AdminRequest.health), ("/readyz", .readiness), ("/metrics", .metrics),
        ("/config", .configuration), ("/clusters", .clusters), ("/", .notFound), ("/healthz/", .notFound),
        ("/CONFIG", .notFound),
    ])
    func `paths are exact`(_ path: String, _ wanted: AdminRequest) {
        #expect(asked("GET \(path)") == wanted)
        #expect(asked("HEAD \(path)") == wanted)
        #expect(asked("GET \(path)?x=1") == wanted)
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
    func `nothing is changed here`(_ method: String) {
        #expect(asked("\(method) /config") == .methodRefused(.reads))
        #expect(asked("\(method) /nothing") == .notFound)
    }

    @Test func `orders have methods of their own`() {
        #expect(asked("POST /tap?for=1s") == .tap)
        #expect(asked("GET /tap") == .methodRefused(.post))
        #expect(asked("POST /drain?period=1s") == .drain)
        #expect(asked("POST /drain/") == .notFound)
        for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
            #expect(asked("\(method) /drain?period=1s") == .methodRefused(.post))
        }
        #expect(asked("GET /loglevel") == .logLevels)
        #expect(asked("HEAD /loglevel") == .logLevels)
        #expect(asked("POST /loglevel?level=info") == .setLogLevel)
        #expect(asked("DELETE /loglevel") == .methodRefused(.readsAndPost))
        #expect(AdminRequest.methodRefused(.readsAndPost).allow.description == "GET, HEAD, POST")
    }

    @Test(arguments: ["/tap", "/drain", "/loglevel"])
    func `orders are given on the admin listener only`(_ path: String) {
        #expect(asked("POST \(path)", isFull: false) == .notFound)
    }

    @Test func `an order that comes from a browser is refused, a look is not`() {
        func asked(_ text: String) -> AdminRequest? { withHead(text) { AdminRequest($0, isFull: true) } }
        for origin in ["Origin: http://evil.test", "origin: null", "ORIGIN: http://127.0.0.1:15190"] {
            #expect(asked("POST /tap HTTP/1.1\r\nHost: a\r\n\(origin)\r\n\r\n") == .originRefused)
            #expect(asked("POST /drain HTTP/1.1\r\nHost: a\r\n\(origin)\r\n\r\n") == .originRefused)
            #expect(asked("POST /loglevel HTTP/1.1\r\nHost: a\r\n\(origin)\r\n\r\n") == .originRefused)
            #expect(asked("GET /loglevel HTTP/1.1\r\nHost: a\r\n\(origin)\r\n\r\n") == .logLevels)
        }
    }

    @Test func `the status listener shows health and metrics only`() {
        for path in ["/healthz", "/readyz", "/metrics"] {
            #expect(asked("GET \(path)", isFull: false) != .notFound)
        }
        for path in ["/config", "/clusters", "/loglevel", "/tap"] {
            #expect(asked("GET \(path)", isFull: false) == .notFound)
        }
        #expect(asked("POST /config", isFull: false) == .notFound)
    }
}
