import MeshTestKit
import Testing

@testable import Sidecar

@Suite("deliveries through the gateway")
struct WebhookGatewayTests {
    private static let delivery = """
        {"object":"whatsapp_business_account","entry":[{"id":"1000","changes":[\
        {"field":"messages","value":{"metadata":{"phone_number_id":"11"},"messages":[]}}]}]}
        """

    private static func edge(_ more: String = "") -> String {
        Document.listener() + Document.service()
            + "---\nkind: Tenant\nname: acme\nspec: { hosts: [ acme.test ] }\n"
            + "---\nkind: Channel\ntenant: acme\nname: one\n"
            + "spec: { provider: whatsapp, phoneNumberId: \"11\", webhook: meta }\n"
            + "---\nkind: Webhook\nname: meta\n"
            + "spec: { provider: whatsapp, secrets: [ { value: new }, { value: old } ] }\n"
            + "---\nkind: Route\nname: hook\nspec: { access: webhook, webhook: meta, "
            + "matches: [ { path: { exact: /hook } } ], backends: [ { service: backend } ]\(more) }\n"
    }

    private func head(_ body: String, _ framing: String, secret: String) -> String {
        "POST /hook HTTP/1.1\r\nHost: a\r\nX-Hub-Signature-256: \(metaSignature(body, secret: secret))\r\n"
            + framing + "\r\n\r\n"
    }

    private func signed(_ body: String, secret: String = "new") -> String {
        head(body, "Content-Length: \(body.utf8.count)", secret: secret) + body
    }

    private func chunked(_ body: String, secret: String = "new") -> String {
        head(body, "Transfer-Encoding: chunked", secret: secret)
            + "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
    }

    // MARK: Signatures

    @Test(arguments: ["new", "old"]) func `any of the secrets may have signed`(secret: String) throws {
        let text = try GatewayRig(Self.edge()).forwarded(signed(Self.delivery, secret: secret))
        #expect(text.hasPrefix("POST /hook HTTP/1.1\r\n"))
        #expect(text.hasSuffix("\r\n\r\n" + Self.delivery))
        #expect(values("x-outrigger-tenant", in: text) == ["acme"])
        #expect(values("x-outrigger-flow", in: text).map(\.count) == [26])
        #expect(values("content-length", in: text) == ["\(Self.delivery.utf8.count)"])
    }

    @Test func `nobody else may, and nothing is forwarded`() throws {
        let rig = try GatewayRig(Self.edge())
        for secret in ["newer", "ol", ""] {
            let text = rig.answered(signed(Self.delivery, secret: secret), by: "")
            #expect(text.hasPrefix("HTTP/1.1 401 "), "\(secret)")
            #expect(values("x-outrigger-reason", in: text) == ["webhook.signature_invalid"], "\(secret)")
        }
        #expect(rig.backend.accept() == nil)
    }

    @Test func `a body that was changed on its way is refused`() throws {
        let rig = try GatewayRig(Self.edge())
        let changed = signed(Self.delivery).replacing("\"11\"", "\"12\"")
        #expect(
            values("x-outrigger-reason", in: rig.answered(changed, by: "")) == ["webhook.signature_invalid"])
        #expect(rig.backend.accept() == nil)
    }

    @Test(arguments: [1, 7, 64]) func `the body may come in pieces`(size: Int) throws {
        for request in [signed(Self.delivery), chunked(Self.delivery), signed(Self.delivery, secret: "none")]
        {
            let rig = try GatewayRig(Self.edge())
            let client = rig.client()
            let bytes = Array(request.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                client.send(Array(bytes[start..<min(start + size, bytes.count)]))
                rig.turn()
            }
            rig.settle()
            if let peer = rig.backend.accept() {
                #expect(peer.receiveText().hasSuffix("\r\n\r\n" + Self.delivery))
            } else {
                #expect(client.receiveText().hasPrefix("HTTP/1.1 401 "))
                #expect(request == signed(Self.delivery, secret: "none"))
            }
        }
    }

    // MARK: Length

    @Test func `a body of the limit is taken and one byte more is 413, announced or in chunks`() throws {
        let limited = Self.edge(", maxBodyBytes: \(Self.delivery.utf8.count)B")
        for request in [signed(Self.delivery), chunked(Self.delivery)] {
            #expect(try GatewayRig(limited).forwarded(request).hasPrefix("POST /hook "))
        }
        for request in [signed(Self.delivery + " "), chunked(Self.delivery + " ")] {
            let rig = try GatewayRig(limited)
            let text = rig.answered(request, by: "")
            #expect(text.hasPrefix("HTTP/1.1 413 "))
            #expect(values("x-outrigger-reason", in: text) == ["body.too_large"])
            #expect(values("connection", in: text) == ["close"])
            #expect(rig.backend.accept() == nil)
        }
    }

    // MARK: Answers

    @Test(arguments: [
        "200 OK\r\nContent-Length: 2\r\n\r\nok", "201 Created\r\nContent-Length: 0\r\n\r\n",
        "202 Accepted\r\nContent-Length: 0\r\n\r\n", "204 No Content\r\n\r\n",
    ])
    func `every 2xx is 200 to the platform`(answer: String) throws {
        let text = try GatewayRig(Self.edge()).answered(signed(Self.delivery), by: "HTTP/1.1 " + answer)
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(values("content-length", in: text) == [answer.hasSuffix("ok") ? "2" : "0"])
        #expect(values("transfer-encoding", in: text) == [])
        #expect(text.hasSuffix(answer.hasSuffix("ok") ? "\r\n\r\nok" : "\r\n\r\n"))
    }

    @Test(arguments: ["302 Found", "404 Not Found", "500 Internal Server Error"])
    func `every other status stays what it is`(status: String) throws {
        let text = try GatewayRig(Self.edge()).answered(
            signed(Self.delivery), by: "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 \(status)\r\n"))
    }
}
