import MeshModel
import Policy
import Substrate
import Testing

@Suite struct `Genesys webhooks` {
    private func fixture(_ build: (inout MeshConfiguration) -> Void = { _ in }) throws -> PolicyFixture {
        var configuration = MeshConfiguration.edge()
        configuration.addTenant("acme")
        configuration.addTenant("globex")
        configuration.addWebhook("many", provider: .genesys) { $0.channelFrom = .path }
        configuration.addWebhook("single", provider: .genesys) { _ in }
        configuration.addGenesys(
            "one", tenant: "acme", id: "id-1", webhook: "many", secrets: ["one", "former"])
        configuration.addGenesys("two", tenant: "globex", id: "id-2", webhook: "many", secrets: ["two"])
        configuration.addGenesys("three", tenant: "globex", id: "id-3", webhook: "single", secrets: ["three"])
        configuration.addRoute("many", path: .template("/genesys/{channel}"), access: .webhook) {
            $0.webhook = "many"
        }
        configuration.addRoute("single", path: .exact("/single"), access: .webhook) { $0.webhook = "single" }
        build(&configuration)
        return try PolicyFixture(configuration)
    }

    private func deliver(
        _ body: String, path: String, secret: String, base64: Bool = true
    ) throws -> (reason: ReasonCode, outcome: PolicyFixture.Outcome) {
        let bytes = Array(body.utf8)
        let request = RequestSketch(method: "POST", path: path)
            .with("X-Hub-Signature-256", signature(bytes, secret: secret, base64: base64))
        return try fixture().deliver(request, body: bytes)
    }

    private func body(_ id: String) -> String { #"{"id":"m","channel":{"id":"\#(id)"},"type":"Text"}"# }

    @Test(arguments: ["one", "former"]) func `the path names the channel and its secrets verify`(
        secret: String
    ) throws {
        let (reason, outcome) = try deliver(body("id-1"), path: "/genesys/id-1", secret: secret)
        #expect(reason == .none)
        #expect(outcome.tenant == "acme")
        #expect(outcome.state.channel == 0)
    }

    @Test func `one channel's secret opens no other`() throws {
        #expect(
            try deliver(body("id-2"), path: "/genesys/id-2", secret: "one").reason == .webhookSignatureInvalid
        )
        #expect(
            try deliver(body("id-2"), path: "/genesys/id-1", secret: "one").reason == .webhookTenantUnknown)
    }

    @Test func `a channel of another webhook or of none is unknown`() throws {
        for path in ["/genesys/id-3", "/genesys/nothing", "/genesys/106"] {
            #expect(try deliver(body("id-3"), path: path, secret: "three").reason == .webhookTenantUnknown)
        }
    }

    @Test func `a webhook of one channel needs no path`() throws {
        let (reason, outcome) = try deliver(body("id-3"), path: "/single", secret: "three")
        #expect(reason == .none)
        #expect(outcome.tenant == "globex")
        #expect(try deliver(body("id-1"), path: "/single", secret: "three").reason == .webhookTenantUnknown)
    }

    @Test func `a hexadecimal signature is refused`() throws {
        #expect(
            try deliver(body("id-3"), path: "/single", secret: "three", base64: false).reason
                == .webhookSignatureInvalid)
    }

    @Test func `a body of another shape is malformed and one without an id names no channel`() throws {
        for text in ["", "[]", "{}", #"{"channel":"id-3"}"#, #"{"channel":{"id":"id-3"}"#] {
            #expect(try deliver(text, path: "/single", secret: "three").reason == .bodyMalformed, "\(text)")
        }
        for text in [#"{"channel":{}}"#, #"{"channel":{"id":3}}"#] {
            #expect(try deliver(text, path: "/single", secret: "three").reason == .webhookTenantUnknown)
        }
    }

    @Test(arguments: ["GET", "PUT", "HEAD"]) func `only POST is taken`(method: String) throws {
        let outcome = try fixture().decide(RequestSketch(method: method, path: "/single"))
        #expect(outcome.verdict == .respond(.webhookMethodRefused))
    }

    @Test func `a webhook of two channels that reads them from the body cannot tell which secret signed`()
        throws
    {
        let fixture = try fixture {
            $0.addGenesys("four", tenant: "acme", id: "id-4", webhook: "single", secrets: ["four"])
        }
        let bytes = Array(body("id-3").utf8)
        let request = RequestSketch(method: "POST", path: "/single")
            .with("X-Hub-Signature-256", signature(bytes, secret: "three", base64: true))
        #expect(fixture.deliver(request, body: bytes).reason == .webhookTenantUnknown)
    }
}
