import COpenSSL
import MeshTestKit
import Substrate
import Testing

@testable import Cryptography

/// Which of several certificates is presented for which name.
@Suite struct CertificateChoiceTests {
    private func names(_ subjects: [(String, Int32)]) -> CertificateNames {
        CertificateNames(
            subjects.map { text, kind in
                CertificateNames.Subject(names: text.split(separator: " ").map(String.init), kind: kind)
            })
    }

    private func chosen(_ names: CertificateNames, _ asked: String) -> [Int] {
        names.sets[Array(asked.utf8).withBytes { names.set(for: $0) }]
    }

    @Test func `exact names come first, then wildcards of one label, then the first certificate`() {
        let names = names([
            ("default.test", 1), ("*.a.test", 1), ("x.a.test b.test", 1), ("*.test", 1),
            ("xn--bcher-kva.test", 1),
        ])
        for (asked, expected) in [
            ("default.test", 0), ("x.a.test", 2), ("X.A.TEST", 2), ("y.a.test", 1), ("x.y.a.test", 0),
            ("b.test", 2),
            ("c.test", 3), ("a.test", 3), ("xn--bcher-kva.test", 4), ("nobody.example", 0), ("", 0), (".", 0),
            (".a.test", 0),
            ("*.a.test", 1), ("a", 0), ("b.test.", 0),
        ] {
            #expect(chosen(names, asked) == [expected], "\(asked)")
        }
    }

    @Test func `certificates of two kinds of key form a set, of one kind the first counts`() {
        let names = names([("a.test", 1), ("a.test www.a.test", 2), ("a.test c.test", 2)])
        #expect(chosen(names, "a.test") == [0, 1])
        #expect(chosen(names, "unknown.test") == [0, 1])
        #expect(chosen(names, "www.a.test") == [1])
        #expect(chosen(names, "c.test") == [2])
        #expect(names.unreachable(of: 3).isEmpty)
    }

    @Test func `a certificate that nobody can be shown is found`() {
        #expect(names([("a.test", 1), ("a.test", 1)]).unreachable(of: 2) == [1])
        #expect(names([("a.test", 1), ("", 1)]).unreachable(of: 2) == [1])
        #expect(names([("a.test", 1), ("b.test", 1), ("a.test b.test", 1)]).unreachable(of: 3) == [2])
        #expect(names([("", 1), ("a.test", 1)]).unreachable(of: 2).isEmpty)
    }

    @Test func `many names are all found`() {
        let names = names(
            (0..<64).map { index in ((0..<20).map { "n\($0).s\(index).test" }.joined(separator: " "), 1) })
        let isRight = (0..<64).allSatisfy { index in
            (0..<20).allSatisfy { chosen(names, "n\($0).s\(index).test") == [index] }
        }
        #expect(isRight)
    }

    // MARK: In handshakes

    private let authority = TestAuthority()

    private func issue(_ name: String, _ dns: [String], rsa: Bool = false) -> ServerCertificate {
        var leaf = TestAuthority.Leaf(dnsNames: dns, commonName: name)
        leaf.isRSA = rsa
        let issued = authority.issue(leaf)
        return ServerCertificate(chainPEM: issued.chainPEM, keyPEM: issued.keyPEM)
    }

    private func context(
        _ certificates: [ServerCertificate], tickets: TicketKeys? = nil
    ) throws -> TLSServerContext {
        try TLSServerContext(
            certificates: certificates, clientAuthorityPEM: authority.rootPEM, requireClientCertificate: true,
            tickets: tickets)
    }

    private func shown(
        _ server: TLSServerContext, _ name: String, _ version: TLSVersion, algorithms: String? = nil
    ) throws -> Visitor.Visit {
        try Visitor(
            authority.client(), .init(version: version, serverName: name, algorithms: algorithms)
        ).visit(server)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `a client is shown the certificate of the name that it asks for`(version: TLSVersion) throws {
        let server = try context([
            issue("default", ["default.test"]), issue("a", ["a.test"]), issue("wild", ["*.a.test"]),
        ])
        for (name, expected) in [
            ("a.test", "a"), ("x.a.test", "wild"), ("default.test", "default"), ("b.test", "default"),
        ] {
            let visit = try shown(server, name, version)
            #expect(visit.isServed && visit.presented == "CN=\(expected)", "\(name)")
            // Behind the switch the client's certificate is still asked for and judged.
            #expect(visit.identity == "spiffe://mesh.test/service/edge")
        }
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `of two kinds of key the client gets what it understands`(version: TLSVersion) throws {
        let server = try context([
            issue("other", ["other.test"]), issue("curve", ["a.test"]), issue("rsa", ["a.test"], rsa: true),
        ])
        let both = try shown(server, "a.test", version)
        #expect(both.isServed && both.presentedKind == EVP_PKEY_EC)
        let old = try shown(server, "a.test", version, algorithms: "RSA-PSS+SHA256:RSA+SHA256")
        #expect(old.outcome != .pending && old.presentedKind == EVP_PKEY_RSA)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `a stranger does not get in by another name`(version: TLSVersion) throws {
        let server = try context([issue("default", ["default.test"]), issue("a", ["a.test"])])
        let visit = try Visitor(nil, .init(version: version, serverName: "a.test")).visit(server)
        #expect(visit.outcome == .failed(.noClientCertificate))
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `a session of a chosen certificate is resumed`(version: TLSVersion) throws {
        let keys = TicketKeys(now: TestAuthority.now)
        let server = try context([issue("default", ["default.test"]), issue("a", ["a.test"])], tickets: keys)
        let visitor = try Visitor(authority.client(), .init(version: version, serverName: "a.test"))
        #expect(try visitor.visit(server).isServed)
        let again = try visitor.visit(server)
        #expect(again.isResumed && again.isServed && again.identity == "spiffe://mesh.test/service/edge")
    }

    @Test func `what is wrong is told of the certificate at fault`() throws {
        let good = issue("a", ["a.test"])
        let error = { (certificates: [ServerCertificate]) -> TLSConfigurationError? in
            do {
                _ = try context(certificates)
                return nil
            } catch { return error as? TLSConfigurationError }
        }
        #expect(error([])?.problem == .missing)
        let twice = error([good, issue("b", ["b.test"]), issue("again", ["A.test"])])
        #expect(twice?.problem == .unreachable && twice?.certificate == 2)
        let nameless = error([good, issue("b", [])])
        #expect(nameless?.problem == .unreachable && nameless?.certificate == 1)
        var wrongKey = issue("b", ["b.test"])
        wrongKey.keyPEM = good.keyPEM
        let mismatch = error([good, wrongKey])
        #expect(mismatch?.problem == .keyDoesNotMatchCertificate && mismatch?.certificate == 1)
    }

    @Test func `so many certificates are taken and one more is not`() throws {
        let certificates = (0...TLSLimits.maxCertificates).map { issue("c\($0)", ["c\($0).test"]) }
        _ = try context(Array(certificates.dropLast()))
        #expect(throws: TLSConfigurationError.self) { try context(certificates) }
    }
}
