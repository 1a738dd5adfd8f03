import Testing

@testable import Sidecar

@Suite("what a stranger says of itself")
struct StrangerTests {
    private static let spoofed = """
        GET /path?q=1 HTTP/1.1\r
        Host: acme.example.test\r
        X-Outrigger-Tenant: globex\r
        x-outrigger-peer: spiffe://mesh.test/service/edge\r
        X-OUTRIGGER-FLOW: 01JAAAAAAAAAAAAAAAAAAAAAAA\r
        X-Outrigger-Anything: x\r
        X-Forwarded-Client-Cert: By=a\r
        X-Forwarded-For: 6.6.6.6\r
        X-Forwarded-Host: evil.test\r
        X-Forwarded-Proto: https\r
        X-Real-IP: 6.6.6.6\r
        Forwarded: for=6.6.6.6\r
        traceparent: 00-11111111111111111111111111111111-2222222222222222-01\r
        tracestate: a=b\r
        X-Request-Id: 0190163d-8694-739b-aea5-966c26f8ad90\r
        X-Own: kept\r
        \r\n
        """

    @Test func `counts for nothing`() throws {
        let text = try GatewayRig(Document.edge).forwarded(Self.spoofed)
        #expect(text.hasPrefix("GET /path?q=1 HTTP/1.1\r\n"))
        for name in [
            "x-outrigger-tenant", "x-outrigger-peer", "x-outrigger-flow", "x-outrigger-anything",
            "x-forwarded-client-cert", "x-forwarded-host", "x-real-ip", "forwarded", "tracestate",
        ] {
            #expect(values(name, in: text) == [], "\(name)")
        }
        #expect(values("x-own", in: text) == ["kept"])
        #expect(values("x-forwarded-for", in: text) == ["127.0.0.1"])
        #expect(values("x-forwarded-proto", in: text) == ["http"])
    }

    @Test func `starts a trace and a request id of our own`() throws {
        let text = try GatewayRig(Document.edge).forwarded(Self.spoofed)
        let trace = values("traceparent", in: text)
        #expect(trace.count == 1 && trace[0].count == 55 && !trace[0].contains("1111111111111111"))
        let id = values("x-request-id", in: text)
        #expect(id.count == 1 && !id[0].hasPrefix("0190163d-8694"))
    }

    @Test func `is believed one hop far behind a trusted proxy`() throws {
        let rig = try GatewayRig(
            Document.listener(more: ", trustedHops: 1") + Document.service() + Document.route())
        let text = rig.forwarded(Self.spoofed)
        #expect(values("x-forwarded-for", in: text) == ["6.6.6.6, 127.0.0.1"])
        #expect(values("x-forwarded-proto", in: text) == ["https"])
        #expect(values("x-forwarded-host", in: text) == ["evil.test"])
        for name in ["x-outrigger-tenant", "x-forwarded-client-cert", "x-real-ip", "forwarded", "tracestate"]
        {
            #expect(values(name, in: text) == [], "\(name)")
        }
    }

    @Test func `cannot have our fields removed by naming them as hop-by-hop`() throws {
        let rig = try GatewayRig(Document.edge)
        let refused = rig.forwarded(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-request-id, traceparent\r\n\r\n")
        #expect(values("x-outrigger-reason", in: refused) == ["request.malformed"])
        let text = rig.forwarded("GET / HTTP/1.1\r\nHost: a\r\nConnection: x-own\r\nX-Own: dropped\r\n\r\n")
        #expect(values("x-request-id", in: text).count == 1)
        #expect(values("x-own", in: text) == [])
        #expect(values("connection", in: text) == [])
    }
}
