import Substrate
import Testing

@testable import Telemetry

@Suite struct MeshPeerTests {
    private func isPeer(_ text: String) -> Bool {
        Array(text.utf8).withBytes { MeshPeer(verified: $0) != nil }
    }

    @Test(arguments: [
        "spiffe://mesh.test/service/edge", "spiffe://m_1-a.test/tenant/acme/service/b",
        "spiffe://m/service/a-b",
    ])
    func `takes the mesh's identities`(text: String) { #expect(isPeer(text)) }

    @Test(arguments: [
        "", "spiffe://", "spiffe:///service/edge", "spiffe://mesh.test", "spiffe://mesh.test/",
        "spiffe://mesh.test/service/", "spiffe://mesh.test/service/edge/", "spiffe://mesh.test/service/a/b",
        "spiffe://mesh.test/tenant/acme", "spiffe://mesh.test/tenant//service/a",
        "spiffe://mesh.test/service/+4915112",
        "spiffe://Mesh.test/service/edge", "https://mesh.test/service/edge",
        "spiffe://mesh.test/service/a\"b",
        "spiffe://mesh.test/service/-a", "spiffe://mesh.test/service/a-", "spiffe://mesh.test:1/service/a",
        "spiffe://mesh.test/ns/default/sa/a",
    ])
    func `takes nothing else`(text: String) { #expect(!isPeer(text)) }

    @Test func `takes names of 63 bytes and trust domains of 255 and not one more`() {
        let name = String(repeating: "a", count: 63)
        let domain = String(repeating: "d", count: 255)
        #expect(isPeer("spiffe://\(domain)/tenant/\(name)/service/\(name)"))
        #expect(!isPeer("spiffe://\(domain)d/service/\(name)"))
        #expect(!isPeer("spiffe://\(domain)/service/\(name)a"))
    }
}
