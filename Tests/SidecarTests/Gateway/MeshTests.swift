import Cryptography
import MeshTestKit
import Policy
import Reactor
import Substrate
import Testing

@testable import Sidecar

@Suite("peers of the mesh")
struct MeshTests {
    private let scratch = Scratch()
    private let authority = TestAuthority()
    private static let address = SocketAddress(ipv4: (127, 0, 0, 1), port: 15106)
    private static let trace = "00-11111111111111111111111111111111-2222222222222222-01"
    private static let ask = """
        GET / HTTP/1.1\r
        Host: backend\r
        traceparent: \(trace)\r
        tracestate: a=b\r
        X-Request-Id: 0190163d-8694-739b-aea5-966c26f8ad90\r
        X-Forwarded-For: 1.2.3.4\r
        X-Outrigger-Peer: spiffe://mesh.test/service/other\r
        X-Forwarded-Client-Cert: By=a\r
        \r\n
        """

    private func inbound(tls: Bool, required: Bool = true) -> String {
        let server = authority.server()
        let chain = scratch.write("chain.pem", server.chainPEM)
        let key = scratch.write("key.pem", server.keyPEM)
        let root = scratch.write("root.pem", authority.rootPEM)
        let block =
            ", tls: { certificate: { file: \"\(chain)\" }, key: { file: \"\(key)\" }, clientCertificate: { "
            + "authority: { file: \"\(root)\" }, required: \(required) } }"
        return "---\nkind: Listener\nname: inbound\nspec: { role: inbound, address: \"127.0.0.1:15106\", "
            + "service: backend, application: { address: \"127.0.0.1:19090\", protocol: http1 }\(tls ? block : "") }\n"
            + Document.service("127.0.0.1:29090")
    }

    @Test func `a verified peer keeps its trace, request id and client and gets its own name`() throws {
        let rig = try GatewayRig(inbound(tls: true))
        let client = try TLSClient(rig, Self.address, authority, credentials: authority.client())
        client.send(Self.ask)
        let text = try #require(rig.backend.accept()).receiveText()
        #expect(values("traceparent", in: text) == [Self.trace])
        #expect(values("tracestate", in: text) == ["a=b"])
        #expect(values("x-request-id", in: text) == ["0190163d-8694-739b-aea5-966c26f8ad90"])
        #expect(values("x-forwarded-for", in: text) == ["1.2.3.4"])
        #expect(values("x-outrigger-peer", in: text) == ["spiffe://mesh.test/service/edge"])
        #expect(values("x-forwarded-client-cert", in: text) == [])
    }

    @Test func `a peer without a certificate is a stranger`() throws {
        let rig = try GatewayRig(inbound(tls: true, required: false))
        let client = try TLSClient(rig, Self.address, authority, credentials: nil)
        client.send(Self.ask)
        let text = try #require(rig.backend.accept()).receiveText()
        #expect(values("traceparent", in: text) != [Self.trace])
        #expect(values("tracestate", in: text) == [])
        #expect(values("x-outrigger-peer", in: text) == [])
        #expect(values("x-forwarded-proto", in: text) == ["https"])
    }

    @Test func `plaintext on a TLS listener is told to the operator without its bytes`() throws {
        let rig = try GatewayRig(inbound(tls: true))
        let client = rig.client(Self.address)
        client.send(Self.ask)
        rig.settle()
        #expect(client.isClosed)
        let event = try #require(rig.events.first { $0.contains("tls.handshake_failed") })
        #expect(event.contains("\"listener\":\"inbound\""))
        #expect(event.contains("does not speak TLS here"))
        #expect(!event.contains("0190163d"))
    }

    @Test func `a missing client certificate is told`() throws {
        let rig = try GatewayRig(inbound(tls: true))
        let client = try TLSClient(rig, Self.address, authority, credentials: nil)
        client.send(Self.ask)
        #expect(rig.backend.accept() == nil)
        #expect(rig.events.contains { $0.contains("the client sent no certificate") })
    }

    @Test(arguments: [true, false])
    func `a service's Outrigger fields are kept from a peer that is named and from nobody else`(
        named: Bool
    ) throws {
        let root = scratch.write("root.pem", authority.rootPEM)
        let client = authority.client()
        let chain = scratch.write("edge.pem", client.chainPEM)
        let key = scratch.write("edge.key.pem", client.keyPEM)
        let expected = named ? "peer: spiffe://mesh.test/service/backend" : "serverName: localhost"
        let rig = try GatewayRig(
            Document.listener()
                + Document.service(
                    more: ", tls: { authority: { file: \"\(root)\" }, certificate: { file: \"\(chain)\" }, "
                        + "key: { file: \"\(key)\" }, \(expected) }") + Document.route())
        let server = authority.server()
        let stranger = rig.client()
        stranger.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        rig.settle()
        let backend = try TLSBackend(
            rig, #require(rig.backend.accept()),
            TLSServerContext(
                certificateChainPEM: server.chainPEM, privateKeyPEM: server.keyPEM,
                clientAuthorityPEM: authority.rootPEM, requireClientCertificate: true))
        #expect(backend.receiveText().hasPrefix("GET / HTTP/1.1\r\n"))
        backend.send(
            "HTTP/1.1 403 Forbidden\r\nX-Outrigger-Reason: tenant.mismatch\r\nX-Own: kept\r\n"
                + "Content-Length: 0\r\n\r\n")
        let text = stranger.receiveText()
        #expect(text.hasPrefix("HTTP/1.1 403 "))
        #expect(values("x-outrigger-reason", in: text) == (named ? ["tenant.mismatch"] : []))
        #expect(values("x-own", in: text) == ["kept"])
    }
}

/// A TLS client of a rig, played by the test.
final class TLSClient {
    private let rig: GatewayRig
    private let peer: SimulatedPeer
    private var session: TLSSession
    private var output = ByteBuffer()

    init(
        _ rig: GatewayRig, _ address: SocketAddress, _ authority: TestAuthority,
        credentials: TestAuthority.Credentials?
    ) throws {
        self.rig = rig
        session = try TLSSession(
            client: TLSClientContext(
                authorityPEM: authority.rootPEM, certificateChainPEM: credentials?.chainPEM,
                privateKeyPEM: credentials?.keyPEM, expectedPeer: "spiffe://mesh.test/service/backend",
                serverName: nil))
        peer = rig.client(address)
        var isDone = false
        var input: [UInt8] = []
        for _ in 0..<10 where !isDone {
            input.withBytes { bytes in
                if case .complete = session.handshake(input: bytes, now: TestAuthority.now, output: &output).0
                {
                    isDone = true
                }
            }
            flush()
            input = peer.receive()
        }
    }

    func send(_ text: String) {
        Array(text.utf8).withBytes { _ = session.write($0, output: &output) }
        flush()
    }

    private func flush() {
        peer.send(output.bytes.array)
        output.removeAll()
        rig.settle()
    }
}
