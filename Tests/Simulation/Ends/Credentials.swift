import Cryptography
import MeshTestKit

/// Contexts of TLS for both ends. The certificates are made once; contexts are a seed's own, so that no session or
/// ticket of one seed is met in another.
struct Credentials {
    let authority: [UInt8]
    let server: TestAuthority.Credentials
    let client: TestAuthority.Credentials

    init() {
        RepeatableRandomness.begin(seed: 1)
        let root = TestAuthority()
        authority = root.rootPEM
        server = root.server()
        client = root.client()
    }

    func serverContext() throws -> TLSServerContext {
        try TLSServerContext(
            certificateChainPEM: server.chainPEM, privateKeyPEM: server.keyPEM, clientAuthorityPEM: authority,
            requireClientCertificate: true)
    }

    func clientContext() throws -> TLSClientContext {
        try TLSClientContext(
            authorityPEM: authority, certificateChainPEM: client.chainPEM, privateKeyPEM: client.keyPEM,
            expectedPeer: "spiffe://mesh.test/service/backend", serverName: "localhost")
    }
}
