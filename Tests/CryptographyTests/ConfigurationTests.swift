import COpenSSL
import Cryptography
import MeshTestKit
import Substrate
import Testing

@Suite struct ConfigurationTests {
    let authority = TestAuthority()

    func serverProblem(
        chain: [UInt8]? = nil, key: [UInt8]? = nil, clients: [UInt8]? = nil, requires: Bool = false,
        alpn: [StaticString] = ["http/1.1"], trustDomain: String? = nil, now: WallTime? = nil
    ) -> TLSConfigurationError? {
        let good = authority.server()
        do throws(TLSConfigurationError) {
            _ = try TLSServerContext(
                certificateChainPEM: chain ?? good.chainPEM, privateKeyPEM: key ?? good.keyPEM,
                clientAuthorityPEM: clients, requireClientCertificate: requires, alpn: alpn,
                trustDomain: trustDomain, now: now)
            return nil
        } catch {
            return error
        }
    }

    func clientProblem(
        authorityPEM: [UInt8]? = nil, chain: [UInt8]? = nil, key: [UInt8]? = nil, peer: String? = nil,
        name: String? = "localhost"
    ) -> TLSConfigurationError? {
        do throws(TLSConfigurationError) {
            _ = try TLSClientContext(
                authorityPEM: authorityPEM ?? authority.rootPEM, certificateChainPEM: chain,
                privateKeyPEM: key, expectedPeer: peer, serverName: name)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a key of another certificate is named as such`() {
        let other = authority.server()
        let mine = authority.server()
        let problem = serverProblem(chain: mine.chainPEM, key: other.keyPEM)
        #expect(problem?.role == .privateKey)
        #expect(problem?.problem == .keyDoesNotMatchCertificate)
        #expect(
            problem?.description
                == "private key does not match the certificate: it is not the key of CN=server, the first "
                + "certificate of the chain")
    }

    @Test func `files that are not PEM are named by their role`() {
        let junk = Array("hello".utf8)
        #expect(serverProblem(chain: junk)?.problem == .notPEM)
        #expect(serverProblem(chain: junk)?.role == .certificate)
        #expect(serverProblem(key: junk)?.role == .privateKey)
        #expect(serverProblem(key: [])?.problem == .notPEM)
        #expect(serverProblem(clients: junk)?.role == .clientAuthority)
        #expect(clientProblem(authorityPEM: junk)?.role == .authority)
    }

    @Test func `a certificate where the key belongs is not PEM of a key`() {
        let good = authority.server()
        #expect(serverProblem(chain: good.chainPEM, key: good.chainPEM)?.problem == .notPEM)
    }

    @Test func `a damaged certificate is malformed, and which one is said`() {
        var chain = authority.server().chainPEM
        let damaged = Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8)
        chain += damaged
        let problem = serverProblem(chain: chain)
        #expect(problem?.problem == .malformed)
        #expect(problem?.detail == "certificate 2 in it is damaged")
    }

    @Test func `an encrypted key is refused without asking a terminal`() {
        let problem = serverProblem(key: encrypted(authority.server().keyPEM))
        #expect(problem?.role == .privateKey)
        #expect(problem?.problem == .encryptedKey)
    }

    @Test func `a damaged key is malformed`() {
        let key = "-----BEGIN PRIVATE KEY-----\r\nAAAA\r\n-----END PRIVATE KEY-----\r\n"
        #expect(serverProblem(key: Array(key.utf8))?.problem == .malformed)
    }

    /// The same key under a passphrase (PKCS #8).
    func encrypted(_ keyPEM: [UInt8]) -> [UInt8] {
        let source = unsafe BIO_new_mem_buf(keyPEM, Int32(keyPEM.count))
        let target = unsafe BIO_new(BIO_s_mem())
        let key = unsafe PEM_read_bio_PrivateKey(source, nil, nil, nil)
        defer {
            unsafe EVP_PKEY_free(key)
            unsafe BIO_free(source)
            unsafe BIO_free(target)
        }
        unsafe PEM_write_bio_PKCS8PrivateKey(target, key, EVP_aes_128_cbc(), "pass", 4, nil, nil)
        var text = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(target))
        unsafe BIO_read(target, &text, Int32(text.count))
        return text
    }

    @Test func `an own certificate outside its validity is refused where a time is given`() {
        var leaf = TestAuthority.Leaf(spiffe: "spiffe://mesh.test/service/edge")
        leaf.notAfter = WallTime(seconds: TestAuthority.now.seconds)
        let issued = authority.issue(leaf)
        func problem(_ seconds: UInt64?) -> TLSConfigurationError.Problem? {
            serverProblem(
                chain: issued.chainPEM, key: issued.keyPEM, now: seconds.map { WallTime(seconds: $0) })?
                .problem
        }
        #expect(problem(TestAuthority.now.seconds) == nil)
        #expect(problem(TestAuthority.now.seconds + 1) == .expired)
        #expect(problem(TestAuthority.start.seconds - 1) == .notYetValid)
        #expect(problem(nil) == nil)
    }

    @Test func `what is needed together is asked for together`() {
        let good = authority.client()
        #expect(serverProblem(requires: true)?.role == .clientAuthority)
        #expect(clientProblem(chain: good.chainPEM)?.role == .privateKey)
        #expect(clientProblem(key: good.keyPEM)?.role == .certificate)
        #expect(clientProblem(peer: nil, name: nil)?.problem == .missing)
    }

    @Test func `names that cannot be are refused`() {
        #expect(clientProblem(peer: "spiffe://Mesh/a")?.role == .expectedPeer)
        #expect(clientProblem(peer: "mesh/a")?.role == .expectedPeer)
        #expect(clientProblem(name: "")?.role == .serverName)
        #expect(clientProblem(name: "a\0b")?.role == .serverName)
        #expect(clientProblem(name: String(repeating: "a", count: 254))?.role == .serverName)
        #expect(clientProblem(name: String(repeating: "a", count: 253)) == nil)
        #expect(serverProblem(trustDomain: "Mesh")?.role == .trustDomain)
        #expect(serverProblem(alpn: [""])?.role == .protocols)
    }

    @Test func `protocol names of 255 bytes together are taken, one more is refused`() {
        let fifteen: StaticString = "abcdefghijklmno"
        let names = [StaticString](repeating: fifteen, count: 15)
        #expect(serverProblem(alpn: names + ["abcdefghijklmn"]) == nil)
        #expect(serverProblem(alpn: names + [fifteen])?.problem == .tooLarge)
    }

    @Test func `a PEM file of one mebibyte is read, one byte more is refused`() {
        let chain = authority.server()
        let padding = [UInt8](repeating: 0x0A, count: (1 << 20) - chain.chainPEM.count)
        #expect(serverProblem(chain: chain.chainPEM + padding, key: chain.keyPEM) == nil)
        #expect(
            serverProblem(chain: chain.chainPEM + padding + [0x0A], key: chain.keyPEM)?.problem == .tooLarge)
    }

    @Test func `a summary says whose a certificate is and how long it lasts`() throws {
        let summary = try CertificateSummary(certificatePEM: authority.server().chainPEM)
        #expect(summary.subject == "CN=server")
        #expect(summary.spiffeID == "spiffe://mesh.test/service/backend")
        #expect(summary.spiffeProblem == nil)
        #expect(summary.dnsNames == ["localhost"])
        #expect(summary.notBefore == TestAuthority.start)
        #expect(summary.notAfter == TestAuthority.end)
        #expect(summary.secondsLeft(at: WallTime(seconds: TestAuthority.end.seconds - 5)) == 5)
        #expect(summary.secondsLeft(at: WallTime(seconds: TestAuthority.end.seconds + 5)) == 0)
        #expect(summary.fingerprint != Digest256())
    }

    @Test func `a summary says why a certificate has no SPIFFE ID`() throws {
        let two = try CertificateSummary(certificatePEM: authority.twoURIClient().chainPEM)
        #expect(two.spiffeID == nil)
        #expect(two.spiffeProblem == .severalURINames)
        let none = try CertificateSummary(certificatePEM: authority.client(dnsName: "a.test").chainPEM)
        #expect(none.spiffeID == nil)
        #expect(none.spiffeProblem == nil)
    }
}
