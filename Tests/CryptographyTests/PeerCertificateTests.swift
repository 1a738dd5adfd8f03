import MeshTestKit
import Substrate
import Testing

@testable import Cryptography

@Suite struct PeerCertificateTests {
    let fixture = TLSFixture()
    var authority: TestAuthority { fixture.authority }

    /// What the server makes of a client with these credentials.
    func judge(
        _ credentials: TestAuthority.Credentials, version: TLSVersion = .tls13, trustDomain: String? = nil
    ) throws -> TLSPair.Outcome {
        let pair = try TLSPair(
            client: fixture.client(credentials, version: version),
            server: fixture.server(trustDomain: trustDomain))
        let outcome = pair.handshake().server
        #expect(outcome == .complete || pair.identityAtServer == "none")
        return outcome
    }

    /// What the client makes of a server with these credentials.
    func judgeServer(
        _ credentials: TestAuthority.Credentials, peer: String?, name: String? = "localhost"
    ) throws -> TLSPair.Outcome {
        let pair = try TLSPair(
            client: fixture.client(peer: peer, name: name), server: fixture.server(credentials))
        return pair.handshake().client
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `a required client certificate that does not come is refused`(version: TLSVersion) throws {
        let pair = try TLSPair(
            client: fixture.client(anonymous: true, version: version), server: fixture.server())
        #expect(pair.handshake().server == .failed(.noClientCertificate))
    }

    @Test func `an optional client certificate may be absent`() throws {
        let pair = try TLSPair(
            client: fixture.client(anonymous: true), server: fixture.server(requires: false))
        #expect(pair.handshake() == (.complete, .complete))
        #expect(pair.identityAtServer == "none")
    }

    @Test func `an optional client certificate that comes must be good`() throws {
        let stranger = TestAuthority(commonName: "stranger").client()
        let pair = try TLSPair(client: fixture.client(stranger), server: fixture.server(requires: false))
        #expect(pair.handshake().server == .failed(.certificateRefused(.unknownAuthority)))
    }

    @Test func `a server without client authority asks for no certificate`() throws {
        let pair = try TLSPair(client: fixture.client(), server: fixture.server(clients: .some(nil)))
        #expect(pair.handshake() == (.complete, .complete))
        #expect(pair.identityAtServer == "none")
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `a client of another authority is refused`(version: TLSVersion) throws {
        // Its authority bears the same name, with another key.
        let namesake = TestAuthority().client()
        #expect(try judge(namesake, version: version) == .failed(.certificateRefused(.unknownAuthority)))
        let other = TestAuthority(commonName: "stranger").client()
        #expect(try judge(other, version: version) == .failed(.certificateRefused(.unknownAuthority)))
    }

    @Test func `an expired client is refused, by the time that is handed in`() throws {
        #expect(try judge(authority.expiredClient()) == .failed(.certificateRefused(.expired)))
        let pair = try TLSPair(
            client: fixture.client(authority.expiredClient()), server: fixture.server())
        pair.now = WallTime(seconds: TestAuthority.now.seconds - 100)
        #expect(pair.handshake() == (.complete, .complete))
    }

    @Test func `a client whose time has not come is refused`() throws {
        var leaf = TestAuthority.Leaf(spiffe: "spiffe://mesh.test/service/edge")
        leaf.notBefore = WallTime(seconds: TestAuthority.now.seconds + 60)
        #expect(try judge(authority.issue(leaf)) == .failed(.certificateRefused(.notYetValid)))
    }

    @Test func `two URI names are refused`() throws {
        #expect(try judge(authority.twoURIClient()) == .failed(.certificateRefused(.severalURINames)))
    }

    @Test func `a SPIFFE ID beside a URI of another scheme is refused`() throws {
        var leaf = TestAuthority.Leaf(spiffe: "spiffe://mesh.test/service/edge")
        leaf.uris.append(Array("https://mesh.test/".utf8))
        #expect(try judge(authority.issue(leaf)) == .failed(.certificateRefused(.severalURINames)))
    }

    @Test func `a NUL inside a URI name is refused`() throws {
        #expect(try judge(authority.nulInURIClient()) == .failed(.certificateRefused(.malformedNames)))
    }

    @Test func `another trust domain is refused where one is configured`() throws {
        let stranger = authority.wrongTrustDomainClient()
        #expect(
            try judge(stranger, trustDomain: "mesh.test") == .failed(.certificateRefused(.wrongTrustDomain)))
        #expect(try judge(authority.client(), trustDomain: "mesh.test") == .complete)
        #expect(try judge(stranger) == .complete)
    }

    @Test(arguments: [
        "spiffe://mesh.test", "spiffe://mesh.test/", "spiffe://Mesh.test/a", "spiffe://mesh.test/a/",
        "spiffe://mesh.test//a", "spiffe://mesh.test/../a", "spiffe://mesh.test/a%2f", "SPIFFE://mesh.test/a",
        "spiffe://mesh.test:80/a", "spiffe://u@mesh.test/a", "spiffe://mesh.test/a?b", "spiffe:mesh.test/a",
    ])
    func `a malformed SPIFFE ID is refused`(id: String) throws {
        #expect(
            try judge(authority.client(spiffe: id)) == .failed(.certificateRefused(.malformedSPIFFEID)))
    }

    @Test func `a SPIFFE ID of 512 bytes is taken, one of 513 is refused`() throws {
        let prefix = "spiffe://mesh.test/"
        let longest = prefix + String(repeating: "a", count: SPIFFEID.maxBytes - prefix.utf8.count)
        #expect(try judge(authority.client(spiffe: longest)) == .complete)
        #expect(
            try judge(authority.client(spiffe: longest + "a"))
                == .failed(.certificateRefused(.malformedSPIFFEID)))
    }

    @Test func `an authority's own certificate is no SPIFFE leaf`() throws {
        var leaf = TestAuthority.Leaf(spiffe: "spiffe://mesh.test/service/edge")
        leaf.isAuthority = true
        leaf.keyUsage = "critical,digitalSignature,keyCertSign"
        #expect(try judge(authority.issue(leaf)) == .failed(.certificateRefused(.notSPIFFELeaf)))
    }

    @Test(arguments: [nil, "digitalSignature", "critical,digitalSignature,cRLSign"])
    func `a SPIFFE leaf without the right key usage is refused`(usage: String?) throws {
        var leaf = TestAuthority.Leaf(spiffe: "spiffe://mesh.test/service/edge")
        leaf.keyUsage = usage
        #expect(try judge(authority.issue(leaf)) == .failed(.certificateRefused(.notSPIFFELeaf)))
    }

    @Test func `extended key usage of one side only is refused, none is taken`() throws {
        var leaf = TestAuthority.Leaf(spiffe: "spiffe://mesh.test/service/edge")
        leaf.extendedKeyUsage = "clientAuth"
        #expect(try judge(authority.issue(leaf)) == .failed(.certificateRefused(.notSPIFFELeaf)))
        leaf.extendedKeyUsage = "serverAuth"
        #expect(try judge(authority.issue(leaf)) == .failed(.certificateRefused(.wrongUsage)))
        leaf.extendedKeyUsage = nil
        #expect(try judge(authority.issue(leaf)) == .complete)
    }

    @Test func `four intermediates are taken, a fifth is refused`() throws {
        var leaf = TestAuthority.Leaf(spiffe: "spiffe://mesh.test/service/edge")
        leaf.intermediates = TLSLimits.maxIntermediates
        #expect(try judge(authority.issue(leaf)) == .complete)
        leaf.intermediates += 1
        #expect(try judge(authority.issue(leaf)) == .failed(.certificateRefused(.chainTooLong)))
    }

    @Test func `a chain without its intermediate is refused`() throws {
        var issuer = TestAuthority.Leaf(spiffe: "spiffe://mesh.test/service/edge")
        issuer.intermediates = 1
        let genuine = authority.issue(issuer)
        #expect(try judge(genuine) == .complete)
        let alone = TestAuthority.Credentials(
            chainPEM: firstCertificate(of: genuine.chainPEM), keyPEM: genuine.keyPEM)
        #expect(try judge(alone) == .failed(.certificateRefused(.unknownAuthority)))
    }

    @Test func `a client without SPIFFE ID is known by its subject`() throws {
        let sender = authority.client(dnsName: "client.webhooks.test")
        let pair = try TLSPair(client: fixture.client(sender), server: fixture.server())
        #expect(pair.handshake() == (.complete, .complete))
        #expect(pair.identityAtServer == "subject CN=client.webhooks.test")
    }

    @Test func `control bytes of a common name are escaped`() throws {
        let sender = authority.issue(TestAuthority.Leaf(commonName: "a.test\nspiffe://x"))
        let pair = try TLSPair(client: fixture.client(sender), server: fixture.server())
        #expect(pair.handshake() == (.complete, .complete))
        #expect(pair.identityAtServer == "subject CN=a.test\\0Aspiffe://x")
    }

    @Test func `a valid server that is somebody else is refused`() throws {
        let backend = authority.server()
        #expect(try judgeServer(backend, peer: "spiffe://mesh.test/service/backend") == .complete)
        #expect(
            try judgeServer(backend, peer: "spiffe://mesh.test/service/other")
                == .failed(.certificateRefused(.wrongPeer)))
        #expect(
            try judgeServer(backend, peer: "spiffe://mesh.test/service/backen")
                == .failed(.certificateRefused(.wrongPeer)))
        let unnamed = authority.issue(TestAuthority.Leaf(dnsNames: ["localhost"]))
        #expect(
            try judgeServer(unnamed, peer: "spiffe://mesh.test/service/backend")
                == .failed(.certificateRefused(.wrongPeer)))
    }

    @Test func `without an expected peer the server name decides`() throws {
        let backend = authority.server()
        #expect(try judgeServer(backend, peer: nil, name: "localhost") == .complete)
        #expect(
            try judgeServer(backend, peer: nil, name: "other.test")
                == .failed(.certificateRefused(.wrongServerName)))
        #expect(
            try judgeServer(backend, peer: nil, name: "127.0.0.1")
                == .failed(.certificateRefused(.wrongServerName)))
        // The common name alone is no proof.
        let common = authority.issue(TestAuthority.Leaf(commonName: "localhost"))
        #expect(try judgeServer(common, peer: nil) == .failed(.certificateRefused(.wrongServerName)))
    }

    @Test func `a refusal reaches the peer as an alert`() throws {
        let pair = try TLSPair(client: fixture.client(authority.expiredClient()), server: fixture.server())
        pair.handshake()
        // Under TLS 1.3 the client was done before the server judged it.
        #expect(pair.clientOutcome == .complete)
        #expect(pair.clientReads().ending == .failed(.peerAlert(45)))
    }

    @Test func `a failure says in words what was wrong with the certificate`() throws {
        let pair = try TLSPair(client: fixture.client(authority.twoURIClient()), server: fixture.server())
        pair.handshake()
        var words = ByteBuffer()
        pair.server.failure?.append(to: &words)
        let text = words.bytes.text
        #expect(
            text == "the peer's certificate was refused: it has more than one URI name")
    }

    func firstCertificate(of chain: [UInt8]) -> [UInt8] {
        let text = String(decoding: chain, as: UTF8.self)
        let mark = "-----END CERTIFICATE-----\n"
        guard let end = text.firstRange(of: mark)?.upperBound else { return [] }
        return Array(text[..<end].utf8)
    }
}
