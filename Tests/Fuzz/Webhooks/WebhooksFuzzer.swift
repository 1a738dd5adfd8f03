import FuzzKit
import JSON
import MeshModel
import Policy
import Substrate

/// A signed delivery of any content to a fixed configuration of three tenants: it is let through for exactly the tenant
/// that a second, plain reading of the payload names, and for none if that names several or a stranger. An input that
/// begins with `?` is the query of Meta's handshake.
@_cdecl("FuzzWebhooks_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    guard let fixture = try? PolicyFixture(.webhooks) else { fatalError("the configuration compiles") }
    var tape = JSONTape()
    return Fuzzing.main { input in
        if !input.isEmpty, input[0] == ASCII.question {
            checkHandshake(input.dropFirst(1), fixture)
            return
        }
        let body = input.array
        var whatsApp = ""
        var genesys = ""
        if (try? tape.parse(input)) != nil {
            whatsApp = AttributionOracle.whatsApp(tape.root(input))
            genesys = AttributionOracle.genesys(tape.root(input))
        }
        check(body, path: "/meta", signed: signature(body, secret: "new"), tenant: whatsApp, fixture)
        check(
            body, path: "/desk", signed: signature(body, secret: "d", base64: true), tenant: genesys, fixture)
    }
}

private func check(
    _ body: [UInt8], path: String, signed: String, tenant: String, _ fixture: PolicyFixture
) {
    let request = RequestSketch(method: "POST", path: path)
    let signedRequest = request.with("X-Hub-Signature-256", signed)
    let whole = fixture.deliver(signedRequest, body: body, pieceBytes: .max)
    let pieces = fixture.deliver(signedRequest, body: body, pieceBytes: 1)
    always(whole.reason == pieces.reason, "pieces change no verdict")
    always(
        (whole.reason == .none) == !tenant.isEmpty,
        "let through for one tenant only: \(whole.reason), \(tenant)")
    if whole.reason == .none { always(whole.outcome.tenant == tenant, "for the tenant that is named") }
    // The signature of other bytes: what they say must not matter.
    let foreign = request.with(
        "X-Hub-Signature-256", signature(body + [0x20], secret: "new", base64: path == "/desk"))
    always(
        fixture.deliver(foreign, body: body).reason == .webhookSignatureInvalid,
        "nothing unsigned is believed")
}

private func checkHandshake(_ query: Bytes, _ fixture: PolicyFixture) {
    // A query that the codec lets through holds no such byte.
    let bytes = query.array
    guard !bytes.contains(where: { $0 <= 0x20 || $0 >= 0x7F || $0 == ASCII.hash }) else { return }
    let request = RequestSketch(path: "/meta", query: String(decoding: bytes, as: UTF8.self))
    let isPermitted = fixture.decide(request).verdict == .answerHandshake
    let challenge = HandshakeOracle.challenge(bytes)
    always(isPermitted == (challenge != nil), "a second reading agrees about the handshake")
    guard isPermitted, let challenge else { return }
    always(
        Array(fixture.challenge(request).utf8) == Array(String(decoding: challenge, as: UTF8.self).utf8),
        "and about the challenge")
    always(challenge.count <= PolicyTables.maxChallengeBytes, "which is bounded")
}

extension MeshConfiguration {
    fileprivate static var webhooks: MeshConfiguration {
        var configuration = MeshConfiguration.edge()
        configuration.addTenant("acme")
        configuration.addTenant("globex")
        configuration.addTenant("closed", enabled: false)
        configuration.addWebhook("meta") {
            $0.secrets = [.value("old"), .value("new")]
            $0.verifyToken = .value("to ken")
        }
        configuration.addWhatsApp("one", tenant: "acme", phone: "11", account: "1000")
        configuration.addWhatsApp("two", tenant: "acme", phone: "12", account: "1000")
        configuration.addWhatsApp("three", tenant: "globex", phone: "13", account: "2000")
        configuration.addWhatsApp("four", tenant: "closed", phone: "14", account: "3000")
        configuration.addWebhook("desk", provider: .genesys) { _ in }
        configuration.addGenesys("desk", tenant: "acme", id: "1f9a", webhook: "desk", secrets: ["d"])
        configuration.addRoute("meta", path: .exact("/meta"), access: .webhook) { $0.webhook = "meta" }
        configuration.addRoute("desk", path: .exact("/desk"), access: .webhook) { $0.webhook = "desk" }
        return configuration
    }
}
