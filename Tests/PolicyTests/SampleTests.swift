import Glibc
import JSON
import MeshModel
import Policy
import Substrate
import Testing

/// Payloads as the platforms send them, signed here and put through whole.
@Suite struct `The sample deliveries` {
    private static let whatsAppKinds = ["msg_", "status_", "batch_", "account_", "template_", "value_"]
    private static let phones = ["106540352242922", "1122334455667", "1234567890"]
    private static let accounts = [
        "102290129340398", "1234567890987654321", "8856996819413533", "419561257915477", "5467539754836534",
    ]
    private static let integrations = [
        "73cb7fb7-c2db-4996-88f3-0a83a4fea1da", "a2171742-7359-41cf-aa68-ad5049250806",
    ]

    private func fixture() throws -> PolicyFixture {
        var configuration = MeshConfiguration.edge()
        configuration.addTenant("acme")
        configuration.addWebhook("meta") { $0.secrets = [.value("app-secret")] }
        for (index, account) in Self.accounts.enumerated() {
            let phone = index < Self.phones.count ? Self.phones[index] : nil
            configuration.addWhatsApp("wa\(index)", tenant: "acme", phone: phone, account: account)
        }
        configuration.addWebhook("genesys", provider: .genesys) { $0.channelFrom = .path }
        for (index, id) in Self.integrations.enumerated() {
            configuration.addGenesys(
                "g\(index)", tenant: "acme", id: id, webhook: "genesys", secrets: ["token"])
        }
        configuration.addRoute("whatsapp", path: .exact("/whatsapp"), access: .webhook) {
            $0.webhook = "meta"
        }
        configuration.addRoute("genesys", path: .template("/genesys/{channel}"), access: .webhook) {
            $0.webhook = "genesys"
        }
        return try PolicyFixture(configuration)
    }

    @Test func `every WhatsApp webhook passes and is attributed to its tenant`() throws {
        let samples = try Samples.list("whatsapp").filter { file in
            Self.whatsAppKinds.contains { file.name.hasPrefix($0) }
        }
        #expect(samples.count >= 24)
        let fixture = try fixture()
        for sample in samples {
            let request = RequestSketch(method: "POST", path: "/whatsapp")
                .with("X-Hub-Signature-256", signature(sample.bytes, secret: "app-secret"))
            let (reason, outcome) = fixture.deliver(request, body: sample.bytes)
            #expect(reason == .none, "\(sample.name)")
            #expect(outcome.tenant == "acme", "\(sample.name)")
            let isAccountLevel = sample.name.hasPrefix("account_") || sample.name.hasPrefix("template_")
            #expect((outcome.state.channel >= 0) == !isAccountLevel, "\(sample.name)")
            var changed = sample.bytes
            changed[changed.count / 2] ^= 1
            #expect(fixture.deliver(request, body: changed).reason == .webhookSignatureInvalid)
        }
    }

    @Test func `every Genesys webhook passes on the path of its integration and on no other`() throws {
        let samples = try Samples.list("genesys").filter { $0.name.hasPrefix("outbound_") }
        #expect(samples.count == 6)
        let fixture = try fixture()
        for sample in samples {
            let own = sample.name.contains("pypestream") ? 1 : 0
            for (index, id) in Self.integrations.enumerated() {
                let request = RequestSketch(method: "POST", path: "/genesys/" + id)
                    .with("X-Hub-Signature-256", signature(sample.bytes, secret: "token", base64: true))
                let (reason, outcome) = fixture.deliver(request, body: sample.bytes)
                #expect(reason == (index == own ? .none : .webhookTenantUnknown), "\(sample.name)")
                #expect(outcome.tenant == (index == own ? "acme" : ""), "\(sample.name)")
            }
        }
    }

    @Test func `bodies that are sent to the platforms are no deliveries`() throws {
        let fixture = try fixture()
        let samples = try Samples.list("whatsapp").filter { $0.name.hasPrefix("send_") }
        #expect(!samples.isEmpty)
        for sample in samples {
            let request = RequestSketch(method: "POST", path: "/whatsapp")
                .with("X-Hub-Signature-256", signature(sample.bytes, secret: "app-secret"))
            #expect(fixture.deliver(request, body: sample.bytes).reason == .bodyMalformed, "\(sample.name)")
        }
    }

    @Test func `every prefix of a signed delivery is refused without a trap`() throws {
        let fixture = try fixture()
        let sample = try #require(try Samples.list("whatsapp").first { $0.name.hasPrefix("batch_") })
        let end = try #require(sample.bytes.lastIndex(of: UInt8(ascii: "}")))
        for length in stride(from: 0, through: end, by: 7) {
            let body = Array(sample.bytes[..<length])
            let request = RequestSketch(method: "POST", path: "/whatsapp")
                .with("X-Hub-Signature-256", signature(body, secret: "app-secret"))
            #expect(fixture.deliver(request, body: body).reason == .bodyMalformed)
        }
    }

    /// The published vectors sign other bodies than deliveries: past the signature, the body is malformed.
    @Test func `the published signature vectors are judged rightly`() throws {
        let file = try Samples.read("signature-vectors.json")
        var judged = 0
        for vector in try SignatureVector.read(file) {
            var configuration = MeshConfiguration.edge()
            configuration.addTenant("acme")
            let isGenesys = vector.name.hasPrefix("genesys")
            configuration.addWebhook("hook", provider: isGenesys ? .genesys : .whatsapp) {
                if !isGenesys { $0.secrets = [.value(vector.secret)] }
            }
            if isGenesys {
                configuration.addGenesys(
                    "channel", tenant: "acme", id: Self.integrations[1], webhook: "hook",
                    secrets: [vector.secret])
            }
            configuration.addRoute("hook", access: .webhook) { $0.webhook = "hook" }
            let fixture = try PolicyFixture(configuration)
            func judge(_ signature: String, _ body: String) -> ReasonCode {
                let request = RequestSketch(method: "POST").with("x-hub-signature-256", signature)
                return fixture.deliver(request, body: Array(body.utf8)).reason
            }
            let right = judge(vector.expected, vector.body)
            #expect(right == vector.reason, "\(vector.name)")
            #expect(judge(vector.expected, vector.body + " ") == .webhookSignatureInvalid)
            if !vector.rejected.isEmpty {
                #expect(judge(vector.rejected, vector.body) == .webhookSignatureInvalid)
            }
            judged += 1
        }
        #expect(judged == 5)
    }
}

private struct SignatureVector {
    var name: String
    var secret: String
    var body: String
    var expected: String
    var rejected: String

    var reason: ReasonCode {
        if name.hasPrefix("genesys") { return .none }
        return body.contains("whatsapp_business_account") ? .webhookTenantUnknown : .bodyMalformed
    }

    static func read(_ file: [UInt8]) throws -> [SignatureVector] {
        var tape = JSONTape()
        var vectors: [SignatureVector] = []
        try file.withBytes { try tape.parse($0) }
        file.withBytes { bytes in
            for entry in tape.root(bytes).elements {
                let name = entry["name"]?.text ?? ""
                guard ["github", "whatsapp", "genesys"].contains(where: { name.hasPrefix($0) }) else {
                    continue
                }
                vectors.append(
                    SignatureVector(
                        name: name, secret: entry["secret"]?.text ?? "", body: entry["body"]?.text ?? "",
                        expected: entry["expected"]?.text ?? "",
                        rejected: entry["must_reject_hex"]?.text ?? ""))
            }
        }
        return vectors
    }
}
