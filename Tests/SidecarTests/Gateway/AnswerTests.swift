import MeshTestKit
import Substrate
import Testing

@testable import Sidecar

@Suite("answers through the gateway")
struct AnswerTests {
    private let ask = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `an application's Outrigger fields are dropped`() throws {
        let text = try GatewayRig(Document.edge).answered(
            ask,
            by: "HTTP/1.1 200 OK\r\nX-Outrigger-Reason: fake\r\nx-outrigger-tenant: globex\r\nX-Own: kept\r\n"
                + "Content-Length: 2\r\n\r\nok")
        #expect(text.hasPrefix("HTTP/1.1 200 "))
        #expect(values("x-outrigger-reason", in: text) == [])
        #expect(values("x-outrigger-tenant", in: text) == [])
        #expect(values("x-own", in: text) == ["kept"])
        #expect(text.hasSuffix("\r\n\r\nok"))
    }

    @Test func `a route's field operations are applied to both heads`() throws {
        let rig = try GatewayRig(
            Document.listener() + Document.service()
                + Document.route(
                    ", requestHeaders: { set: { x-set: new }, add: { x-add: more }, remove: [ x-gone ] }, "
                        + "responseHeaders: { set: { server: mesh }, remove: [ x-inside ] }"))
        let sent = rig.forwarded(
            "GET / HTTP/1.1\r\nHost: a\r\nX-Set: old\r\nX-Set: older\r\nX-Add: one\r\nX-Gone: here\r\n\r\n")
        #expect(values("x-set", in: sent) == ["new"])
        #expect(values("x-add", in: sent) == ["one", "more"])
        #expect(values("x-gone", in: sent) == [])
        rig.settle()
        let got = rig.answered(
            ask, by: "HTTP/1.1 200 OK\r\nServer: inside\r\nX-Inside: 1\r\nContent-Length: 0\r\n\r\n")
        #expect(values("server", in: got) == ["mesh"])
        #expect(values("x-inside", in: got) == [])
    }

    @Test func `a refusal tells a stranger status, reason and request id and nothing else`() throws {
        let rig = try GatewayRig(
            Document.listener() + Document.service()
                + Document.route().replacing("prefix: /", "prefix: /known"))
        let text = rig.answered("GET /secret-path HTTP/1.1\r\nHost: a\r\n\r\n", by: "")
        #expect(text.hasPrefix("HTTP/1.1 404 "))
        #expect(values("content-type", in: text) == ["application/problem+json"])
        #expect(values("x-outrigger-reason", in: text) == ["route.not_found"])
        let body = text.split(separator: "\r\n\r\n").last.map(String.init) ?? ""
        #expect(
            body.hasPrefix(
                "{\"title\":\"Not Found\",\"status\":404,\"reason\":\"route.not_found\",\"requestId\":\""))
        #expect(body.filter { $0 == ":" }.count == 4)
        #expect(!text.contains("secret-path"))
    }

    @Test func `a HEAD request is refused without a body`() throws {
        let rig = try GatewayRig(
            Document.listener() + Document.service()
                + Document.route().replacing("prefix: /", "prefix: /known"))
        let text = rig.answered("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", by: "")
        #expect(text.hasPrefix("HTTP/1.1 404 "))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test func `an endpoint that nobody listens at is 503 and told to the operator`() throws {
        let rig = try GatewayRig(Document.edge)
        rig.backend.close()
        let text = rig.answered(ask, by: "")
        #expect(values("x-outrigger-reason", in: text) == ["upstream.connect_failed"])
        #expect(!text.contains("19090"))
        #expect(
            rig.events.contains { $0.contains("upstream.connect_failed") && $0.contains("127.0.0.1:19090") })
        #expect(rig.events.contains { $0.contains("\"service\":\"backend\"") && $0.contains("ECONNREFUSED") })
    }

    @Test func `equal events are held back`() throws {
        let rig = try GatewayRig(Document.edge)
        rig.backend.close()
        for _ in 0..<15 {
            let client = rig.client()
            client.send(ask)
            rig.settle()
        }
        // Fifteen waits of half a second are one window.
        #expect(rig.events.count == 5)
    }

    @Test func `a request whose pooled connection had died is sent again`() throws {
        let rig = try GatewayRig(Document.edge)
        let client = rig.client()
        client.send(ask)
        rig.settle()
        let first = try #require(rig.backend.accept())
        first.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        rig.settle()
        _ = client.receive()
        client.send(ask)
        rig.turn()
        first.reset()
        rig.settle()
        let second = try #require(rig.backend.accept())
        #expect(second.receiveText().hasPrefix("GET / HTTP/1.1\r\n"))
        second.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain")
        rig.settle()
        #expect(client.receiveText().hasSuffix("\r\n\r\nagain"))
    }

    @Test func `a request that may have had an effect is not sent again`() throws {
        let rig = try GatewayRig(Document.edge)
        let client = rig.client()
        client.send(ask)
        rig.settle()
        let first = try #require(rig.backend.accept())
        // Single turns: a connection that has waited for half a second would not be used for a POST.
        first.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        rig.turn()
        _ = client.receive()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        rig.turn()
        #expect(first.receiveText().contains("POST / HTTP/1.1\r\n"))
        first.reset()
        rig.turn()
        #expect(rig.backend.accept() == nil)
        #expect(values("x-outrigger-reason", in: client.receiveText()) == ["upstream.reset"])
    }

    @Test func `a reload keeps connections and their counts`() throws {
        let rig = try GatewayRig(Document.edge)
        #expect(
            rig.answered(ask, by: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").hasPrefix("HTTP/1.1 200"))
        let client = rig.client()
        rig.settle()
        try rig.install(Document.listener("front", "127.0.0.1:18081") + Document.service() + Document.route())
        client.send(ask)
        rig.settle()
        let peer = try #require(rig.backend.accept())
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nmoved")
        rig.settle()
        #expect(client.receiveText().hasSuffix("moved"))
    }
}

extension String {
    func replacing(_ old: String, _ new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
