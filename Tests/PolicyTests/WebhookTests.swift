import MeshModel
import Policy
import Substrate
import Testing

@Suite struct `WhatsApp webhooks` {
    private static let post = RequestSketch(method: "POST", path: "/hook")

    private func fixture(_ build: (inout MeshConfiguration) -> Void = { _ in }) throws -> PolicyFixture {
        var configuration = MeshConfiguration.edge()
        configuration.addTenant("acme", hosts: ["acme.test"])
        configuration.addTenant("globex", hosts: ["globex.test"])
        configuration.addTenant("closed", enabled: false)
        configuration.addWebhook("meta") {
            $0.secrets = [.value("new"), .value("old")]
            $0.verifyToken = .value("tö ken+")
        }
        configuration.addWhatsApp("one", tenant: "acme", phone: "11", account: "1000")
        configuration.addWhatsApp("two", tenant: "acme", phone: "12", account: "1000")
        configuration.addWhatsApp("three", tenant: "globex", phone: "13", account: "2000")
        configuration.addWhatsApp("four", tenant: "closed", phone: "14", account: "3000")
        configuration.addRoute("hook", path: .exact("/hook"), access: .webhook) { $0.webhook = "meta" }
        build(&configuration)
        return try PolicyFixture(configuration)
    }

    private func deliver(
        _ body: String, secret: String = "new", to fixture: PolicyFixture, host: String = "example.test",
        path: String = "/hook"
    ) -> (reason: ReasonCode, outcome: PolicyFixture.Outcome) {
        let bytes = Array(body.utf8)
        let request = RequestSketch(method: "POST", host: host, path: path)
            .with("X-Hub-Signature-256", signature(bytes, secret: secret))
        return fixture.deliver(request, body: bytes)
    }

    private func delivery(_ entries: String...) -> String {
        #"{"object":"whatsapp_business_account","entry":["# + entries.joined(separator: ",") + "]}"
    }

    private func entry(_ account: String, phones: String?...) -> String {
        let changes = phones.map { phone in
            let metadata = phone.map { #""metadata":{"phone_number_id":"\#($0)"},"# } ?? ""
            return #"{"field":"messages","value":{\#(metadata)"messages":[]}}"#
        }
        return #"{"id":"\#(account)","changes":[\#(changes.joined(separator: ","))]}"#
    }

    // MARK: Handshake

    @Test(arguments: [
        "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=t%C3%B6+ken%2B",
        "hub.verify_token=t%c3%b6%20ken%2b&x=1&hub.challenge=1158201444&hub.mode=subscribe",
        "hub%2Emode=%73ubscribe&hub.challenge=%31158201444&hub.verify_token=t%C3%B6+ken%2B",
    ])
    func `the handshake echoes the challenge whatever the order of its parameters`(query: String) throws {
        let fixture = try fixture()
        let request = RequestSketch(path: "/hook", query: query)
        #expect(fixture.decide(request).verdict == .answerHandshake)
        #expect(fixture.challenge(request) == "1158201444")
    }

    @Test(arguments: [
        "", "hub.mode=subscribe", "hub.challenge=1&hub.verify_token=t%C3%B6+ken%2B",
        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=t%C3%B6+ken%2B",
        "hub.mode=subscribe&hub.challenge=&hub.verify_token=t%C3%B6+ken%2B",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=t%C3%B6+ken%2B%",
        "hub.mode=subscribe&hub.challenge=1%4&hub.verify_token=t%C3%B6+ken%2B",
        "hub.mode=subscribe&hub.challenge=1&hub.challenge=2&hub.verify_token=t%C3%B6+ken%2B",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=t%C3%B6+ken%2B&hub.verify_token=x",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=t%C3%B6 ken+",
        "hub_mode=subscribe&hub_challenge=1&hub_verify_token=t%C3%B6+ken%2B",
    ])
    func `a wrong handshake is refused`(query: String) throws {
        let outcome = try fixture().decide(RequestSketch(path: "/hook", query: query))
        #expect(outcome.verdict == .respond(.webhookHandshakeRefused))
    }

    @Test func `a challenge of 256 bytes is echoed and one of 257 is refused`() throws {
        let fixture = try fixture()
        func request(_ length: Int) -> RequestSketch {
            RequestSketch(
                path: "/hook",
                query: "hub.mode=subscribe&hub.verify_token=t%C3%B6+ken%2B&hub.challenge="
                    + String(repeating: "%41", count: length))
        }
        #expect(fixture.decide(request(256)).verdict == .answerHandshake)
        #expect(fixture.challenge(request(256)) == String(repeating: "A", count: 256))
        #expect(fixture.decide(request(257)).verdict == .respond(.webhookHandshakeRefused))
    }

    @Test func `a token longer than any that is compared is refused`() throws {
        let long = String(repeating: "x", count: 60_000)
        let query = "hub.mode=subscribe&hub.challenge=1&hub.verify_token=" + long
        let outcome = try fixture().decide(RequestSketch(path: "/hook", query: query))
        #expect(outcome.verdict == .respond(.webhookHandshakeRefused))
    }

    @Test func `a webhook without a verify token refuses every handshake`() throws {
        let fixture = try fixture {
            $0.addWebhook("bare") { $0.secrets = [.value("s")] }
            $0.addRoute("bare", path: .exact("/bare"), access: .webhook) { $0.webhook = "bare" }
        }
        let query = "hub.mode=subscribe&hub.challenge=1&hub.verify_token="
        #expect(
            fixture.decide(RequestSketch(path: "/bare", query: query)).verdict
                == .respond(.webhookHandshakeRefused))
    }

    @Test(arguments: ["PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "PURGE"])
    func `no other method is taken`(method: String) throws {
        let outcome = try fixture().decide(RequestSketch(method: method, path: "/hook"))
        #expect(outcome.verdict == .respond(.webhookMethodRefused))
    }

    // MARK: Signature

    @Test func `any of several secrets may have signed`() throws {
        let fixture = try fixture()
        let body = delivery(entry("1000", phones: "11"))
        for secret in ["new", "old"] {
            let (reason, outcome) = deliver(body, secret: secret, to: fixture)
            #expect(reason == .none)
            #expect(outcome.tenant == "acme")
            #expect(outcome.state.evidenceTenant == 0)
            #expect(outcome.state.channel == 0)
        }
        #expect(deliver(body, secret: "wrong", to: fixture).reason == .webhookSignatureInvalid)
    }

    @Test func `the signature is judged before the body is read`() throws {
        #expect(try deliver("not json", secret: "wrong", to: fixture()).reason == .webhookSignatureInvalid)
        #expect(try deliver("not json", to: fixture()).reason == .bodyMalformed)
    }

    @Test func `a signature of another shape is refused at the head`() throws {
        let fixture = try fixture()
        let body = Array(delivery(entry("1000", phones: "11")).utf8)
        let right = signature(body, secret: "new")
        let hex = right.dropFirst(7)
        let wrong = [
            "", "sha256=", String(hex), "sha1=" + hex, "SHA256=" + hex, "sha256= " + hex, right + "0",
            String(right.dropLast()), "sha256=" + hex.uppercased(), right + "," + right,
            signature(body, secret: "new", base64: true),
        ]
        for value in wrong {
            let verdict = fixture.decide(Self.post.with("x-hub-signature-256", value)).verdict
            #expect(verdict == .respond(.webhookSignatureInvalid), "\(value)")
        }
        #expect(fixture.decide(Self.post).verdict == .respond(.webhookSignatureInvalid))
        let legacy = Self.post.with("x-hub-signature", right)
        #expect(fixture.decide(legacy).verdict == .respond(.webhookSignatureInvalid))
        let twice = Self.post.with("x-hub-signature-256", right).with("X-Hub-Signature-256", right)
        #expect(fixture.decide(twice).verdict == .respond(.webhookSignatureInvalid))
    }

    @Test func `one changed byte of the body is refused`() throws {
        let fixture = try fixture()
        let body = Array(delivery(entry("1000", phones: "11")).utf8)
        let request = Self.post.with("X-Hub-Signature-256", signature(body, secret: "new"))
        #expect(fixture.deliver(request, body: body).reason == .none)
        for index in body.indices {
            var changed = body
            changed[index] ^= 1
            #expect(fixture.deliver(request, body: changed).reason == .webhookSignatureInvalid)
        }
        #expect(fixture.deliver(request, body: body + [0x20]).reason == .webhookSignatureInvalid)
        #expect(fixture.deliver(request, body: []).reason == .webhookSignatureInvalid)
    }

    @Test(arguments: [1, 2, 3, 63, 64, 65, 100_000]) func `the body may arrive in any pieces`(size: Int)
        throws
    {
        let body = Array(delivery(entry("1000", phones: "11")).utf8)
        let request = Self.post.with("X-Hub-Signature-256", signature(body, secret: "old"))
        #expect(try fixture().deliver(request, body: body, pieceBytes: size).reason == .none)
    }

    @Test func `a webhook without secrets lets nothing through`() throws {
        let fixture = try fixture {
            $0.addWebhook("bare") { _ in }
            $0.addRoute("bare", path: .exact("/bare"), access: .webhook) { $0.webhook = "bare" }
        }
        let reason = deliver(delivery(), secret: "", to: fixture, path: "/bare").reason
        #expect(reason == .webhookSignatureInvalid)
    }

    @Test func `a body of 3 MiB may be collected and one byte more is refused`() throws {
        let fixture = try fixture()
        var request = Self.post.with("X-Hub-Signature-256", signature([], secret: "new"))
        request.contentLength = 3 << 20
        #expect(fixture.decide(request).verdict == .collectBody(maxBytes: 3 << 20))
        request.contentLength += 1
        #expect(fixture.decide(request).verdict == .respond(.bodyTooLarge))
    }

    @Test func `a route's own limit holds at the head and at the body`() throws {
        let fixture = try fixture {
            $0.addRoute("small", path: .exact("/small"), access: .webhook) {
                $0.webhook = "meta"
                $0.maxBodyBytes = 20
            }
        }
        #expect(
            deliver(String(repeating: " ", count: 20), to: fixture, path: "/small").reason == .bodyMalformed)
        #expect(
            deliver(String(repeating: " ", count: 21), to: fixture, path: "/small").reason == .bodyTooLarge)
    }

    // MARK: Whose it is

    @Test(arguments: [
        "", "[]", "{}", "null", #"{"object":"page","entry":[]}"#, #"{"object":"whatsapp_business_account"}"#,
        #"{"object":"whatsapp_business_account","entry":{}}"#,
        #"{"object":"whatsapp_business_account","entry":[1]}"#,
        #"{"object":"whatsapp_business_account","entry":[{"id":"1000","changes":1}]}"#,
        #"{"object":"whatsapp_business_account","entry":[{"id":"1000","changes":[1]}]}"#,
        #"{"object":"whatsapp_business_account","entry":[],"entry":[]}"#,
        #"{"object":"whatsapp_business_account","entry":[]"#,
        #"{"object":"whatsapp_business_account","entry":[]}}"#,
    ])
    func `a signed body that is not a delivery is malformed`(body: String) throws {
        #expect(try deliver(body, to: fixture()).reason == .bodyMalformed)
    }

    @Test func `a delivery that names nothing or nothing known has no tenant`() throws {
        let fixture = try fixture()
        let unknown = [
            delivery(), delivery(entry("1000", phones: "99")), delivery(entry("9999", phones: nil)),
            delivery(entry("9999")), delivery(#"{"changes":[]}"#), delivery(#"{"id":1000}"#),
            delivery(entry("1000", phones: "11", "99")), delivery(entry("1000", phones: "11"), entry("9999")),
            delivery(#"{"id":"1000","changes":[{"value":{"metadata":{"phone_number_id":11}}}]}"#),
            delivery(#"{"id":"1000","changes":[{"value":{"metadata":{"phone_number_id":null}}}]}"#),
            delivery(#"{"id":"1000","changes":[{"value":{"metadata":{"phone_number_id":""}}}]}"#),
            delivery(entry("1000", phones: "11"), entry("2000", phones: "13"), entry("1000", phones: "99")),
        ]
        for body in unknown {
            let (reason, outcome) = deliver(body, to: fixture)
            #expect(reason == .webhookTenantUnknown, "\(body)")
            #expect(outcome.state.evidenceTenant == -1)
        }
    }

    @Test func `a phone number alone names the channel whatever the account says`() throws {
        let (reason, outcome) = try deliver(delivery(entry("9999", phones: "12")), to: fixture())
        #expect(reason == .none)
        #expect(outcome.state.channel == 1)
    }

    @Test func `an update without a phone number is attributed by its account`() throws {
        let (reason, outcome) = try deliver(delivery(entry("1000", phones: nil)), to: fixture())
        #expect(reason == .none)
        #expect(outcome.tenant == "acme")
        #expect(outcome.state.channel == -1)
    }

    @Test func `several channels of one tenant may share a delivery`() throws {
        let (reason, outcome) = try deliver(delivery(entry("1000", phones: "11", "12")), to: fixture())
        #expect(reason == .none)
        #expect(outcome.tenant == "acme")
        #expect(outcome.state.channel == -1)
        let same = try deliver(delivery(entry("1000", phones: "12", "12")), to: fixture()).outcome
        #expect(same.state.channel == 1)
    }

    @Test func `two tenants in one delivery are refused whole`() throws {
        let fixture = try fixture()
        for body in [
            delivery(entry("1000", phones: "11"), entry("2000", phones: "13")),
            delivery(entry("1000", phones: "11", "13")), delivery(entry("1000", phones: "11"), entry("2000")),
            delivery(entry("1000", phones: nil), entry("2000", phones: nil)),
        ] {
            #expect(deliver(body, to: fixture).reason == .webhookBatchMixed, "\(body)")
        }
    }

    @Test func `the tenant of the host must be the delivery's`() throws {
        let fixture = try fixture()
        let body = delivery(entry("1000", phones: "11"))
        #expect(deliver(body, to: fixture, host: "acme.test").reason == .none)
        #expect(deliver(body, to: fixture, host: "globex.test").reason == .tenantContradiction)
    }

    @Test func `a client certificate of another tenant contradicts the delivery`() throws {
        let body = Array(delivery(entry("1000", phones: "11")).utf8)
        let request = Self.post.with("X-Hub-Signature-256", signature(body, secret: "new"))
        for (peer, reason) in [
            ("spiffe://mesh.test/tenant/acme/service/x", ReasonCode.none),
            ("spiffe://mesh.test/tenant/globex/service/x", .tenantContradiction),
            ("spiffe://mesh.test/tenant/nobody/service/x", .tenantContradiction),
        ] {
            #expect(try fixture().deliver(request, body: body, peer: peer).reason == reason)
        }
    }

    @Test func `a disabled tenant's delivery is refused`() throws {
        #expect(try deliver(delivery(entry("3000", phones: "14")), to: fixture()).reason == .tenantDisabled)
    }

    @Test func `a channel of another webhook is unknown to this one`() throws {
        let fixture = try fixture {
            $0.addWebhook("other") { $0.secrets = [.value("other")] }
            $0.addRoute("other", path: .exact("/other"), access: .webhook) { $0.webhook = "other" }
        }
        for entry in [entry("1000", phones: "11"), entry("1000", phones: nil)] {
            let reason = deliver(delivery(entry), secret: "other", to: fixture, path: "/other").reason
            #expect(reason == .webhookTenantUnknown)
        }
    }

    @Test func `a tenant's own webhook proves that tenant only`() throws {
        let fixture = try fixture {
            $0.addWebhook("own", tenant: "acme") { $0.secrets = [.value("own")] }
            $0.addWhatsApp("mine", tenant: "acme", phone: "21", account: "1100", webhook: "own")
            $0.addRoute("own", tenant: "acme", hosts: ["acme.test"], path: .exact("/own"), access: .webhook) {
                $0.webhook = "own"
            }
        }
        func send(_ phone: String) -> ReasonCode {
            deliver(
                delivery(entry("1100", phones: phone)), secret: "own", to: fixture, host: "acme.test",
                path: "/own"
            ).reason
        }
        #expect(send("21") == .none)
        #expect(send("13") == .webhookTenantUnknown)
        #expect(send("11") == .webhookTenantUnknown)
    }

    @Test func `a handshake for a disabled tenant's route is refused`() throws {
        let fixture = try fixture {
            $0.tenants[2].spec.hosts = ["closed.test"]
        }
        let query = "hub.mode=subscribe&hub.challenge=1&hub.verify_token=t%C3%B6+ken%2B"
        let request = RequestSketch(host: "closed.test", path: "/hook", query: query)
        #expect(fixture.decide(request).verdict == .respond(.tenantDisabled))
    }
}
