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
        #expect(asked("\(method) /config") == .methodRefused)
        #expect(asked("\(method) /nothing") == .notFound)
    }

    @Test func `the order to drain is understood on the admin listener only`() {
        #expect(asked("POST /drain") == .drain)
        #expect(asked("GET /drain") == .drain)
        #expect(asked("POST /drain/") == .notFound)
        #expect(asked("POST /drain", isFull: false) == .notFound)
    }

    @Test func `the status listener shows health and metrics only`() {
        for path in ["/healthz", "/readyz", "/metrics"] {
            #expect(asked("GET \(path)", isFull: false) != .notFound)
        }
        for path in ["/config", "/clusters"] { #expect(asked("GET \(path)", isFull: false) == .notFound) }
        #expect(asked("POST /config", isFull: false) == .notFound)
    }
}
