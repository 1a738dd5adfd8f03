import COpenSSL
import MeshTestKit
import Substrate
import Testing

@testable import Cryptography

private let versions = [TLSVersion.tls12, .tls13]
private let edge = "spiffe://mesh.test/service/edge"

/// Clients that come back with a ticket: who is resumed, as whom, and who is not.
@Suite struct ResumptionTests {
    let fixture = TLSFixture()
    let keys = TicketKeys(now: TestAuthority.now)
    let own: TestAuthority.Credentials
    let client: TestAuthority.Credentials

    init() {
        own = fixture.authority.server()
        client = fixture.authority.client()
    }

    private func server(
        _ credentials: TestAuthority.Credentials? = nil, clients: [UInt8]?? = nil, requires: Bool = true,
        minimumVersion: TLSVersion = .tls12, trustDomain: String? = nil, keys: TicketKeys? = nil
    ) throws -> TLSServerContext {
        let own = credentials ?? own
        let authority = clients ?? fixture.authority.rootPEM
        return try TLSServerContext(
            certificateChainPEM: own.chainPEM, privateKeyPEM: own.keyPEM, clientAuthorityPEM: authority,
            requireClientCertificate: authority != nil && requires, minimumVersion: minimumVersion,
            trustDomain: trustDomain, tickets: keys ?? self.keys)
    }

    private func later(_ seconds: UInt64) -> WallTime {
        WallTime(seconds: TestAuthority.now.seconds + seconds)
    }

    // MARK: Who is resumed

    @Test(arguments: RecordInteropTests.suites, versions)
    func `a returning client is resumed as who it proved to be, and served`(
        suite: String, version: TLSVersion
    ) throws {
        let visitor = try Visitor(client, .init(version: version, suite: suite))
        let server = try server()
        let first = try visitor.visit(server)
        #expect(first.outcome == .complete && !first.isResumed && first.isServed && first.gotTicket)
        for _ in 0..<3 {
            let again = try visitor.visit(server)
            #expect(again.outcome == .complete && again.isResumed && again.isServed && again.gotTicket)
            #expect(again.identity == edge)
        }
    }

    @Test(arguments: versions)
    func `a client without a certificate is resumed as nobody`(version: TLSVersion) throws {
        let visitor = try Visitor(nil, .init(version: version))
        let server = try server(clients: .some(nil))
        #expect(try visitor.visit(server).isServed)
        let again = try visitor.visit(server)
        #expect(again.isResumed && again.isServed && again.identity == "none")
    }

    @Test func `a subject without a SPIFFE ID is kept too`() throws {
        let visitor = try Visitor(fixture.authority.client(dnsName: "sender.test"))
        let server = try server()
        let first = try visitor.visit(server)
        let again = try visitor.visit(server)
        #expect(again.isResumed && again.identity == first.identity)
        #expect(first.identity == "subject CN=sender.test")
    }

    @Test(arguments: versions)
    func `equal terms are enough: another worker's context, or one made by a reload`(
        version: TLSVersion
    ) throws {
        let visitor = try Visitor(client, .init(version: version))
        _ = try visitor.visit(server())
        #expect(try visitor.visit(server()).isResumed)
    }

    @Test func `without keys no ticket is given or taken`() throws {
        let visitor = try Visitor(client)
        let plain = try fixture.server(own)
        let first = try visitor.visit(plain)
        #expect(first.isServed && !first.gotTicket && first.ticketRecords == 0)
        _ = try visitor.visit(server())
        let again = try visitor.visit(plain)
        #expect(again.isServed && !again.isResumed)
    }

    // MARK: Records

    @Test func `one ticket takes one record, and the next number is ours`() throws {
        let visitor = try Visitor(client)
        let server = try server()
        let first = try visitor.visit(server)
        let again = try visitor.visit(server)
        #expect(first.ticketRecords == 1 && first.isServed)
        #expect(again.ticketRecords == 1 && again.isResumed && again.isServed)
    }

    @Test(arguments: RecordInteropTests.suites)
    func `a ticket with a large certificate takes two records, and the next number is ours`(
        suite: String
    ) throws {
        var leaf = TestAuthority.Leaf(spiffe: edge)
        leaf.dnsNames = (0..<600).map { "name-\($0)-of-a-certificate-that-is-large.mesh.test" }
        let visitor = try Visitor(fixture.authority.issue(leaf), .init(suite: suite))
        let server = try server()
        let first = try visitor.visit(server)
        #expect(first.ticketRecords == 2 && first.isServed)
        #expect(visitor.ticketBytes > 16_384)
        let again = try visitor.visit(server)
        #expect(again.isResumed && again.ticketRecords == 2 && again.isServed && again.identity == edge)
    }

    // MARK: Time

    @Test(arguments: versions)
    func `a leaf that has expired since is refused, not resumed`(version: TLSVersion) throws {
        var leaf = TestAuthority.Leaf(spiffe: edge)
        leaf.notAfter = later(100)
        let visitor = try Visitor(fixture.authority.issue(leaf), .init(version: version))
        let server = try server()
        _ = try visitor.visit(server)
        #expect(try visitor.visit(server, now: later(99)).isResumed)
        let late = try visitor.visit(server, now: later(101))
        #expect(!late.isResumed)
        #expect(late.outcome == .failed(.certificateRefused(.expired)))
    }

    @Test(arguments: versions)
    func `an authority of the chain that has expired since is not passed by`(version: TLSVersion) throws {
        var leaf = TestAuthority.Leaf(spiffe: edge)
        leaf.intermediates = 1
        leaf.intermediatesEnd = later(100)
        let issued = fixture.authority.issue(leaf)
        // As the client sends it, leaf first and its issuer behind.
        let visitor = try Visitor(issued, .init(version: version))
        let server = try server()
        #expect(try visitor.visit(server).isServed)
        #expect(try visitor.visit(server, now: later(99)).isResumed)
        let late = try visitor.visit(server, now: later(101))
        #expect(late.outcome == .failed(.certificateRefused(.expired)))
    }

    @Test func `a clock set back before the certificate began ends resumption`() throws {
        var leaf = TestAuthority.Leaf(spiffe: edge)
        leaf.notBefore = TestAuthority.now
        let visitor = try Visitor(fixture.authority.issue(leaf))
        let server = try server()
        _ = try visitor.visit(server)
        let early = try visitor.visit(server, now: WallTime(seconds: TestAuthority.now.seconds - 60))
        #expect(early.outcome == .failed(.certificateRefused(.notYetValid)))
    }

    @Test(arguments: versions)
    func `a ticket is good to the last second of its life and no longer, however often it is renewed`(
        version: TLSVersion
    ) throws {
        let visitor = try Visitor(client, .init(version: version))
        let server = try server()
        let life = TLSLimits.ticketLifetimeSeconds
        _ = try visitor.visit(server)
        #expect(try visitor.visit(server, now: later(life / 2)).isResumed)
        #expect(try visitor.visit(server, now: later(life - 1)).isResumed)
        let late = try visitor.visit(server, now: later(life))
        #expect(!late.isResumed && late.isServed && late.identity == edge)
        // The whole handshake begins a new life.
        #expect(try visitor.visit(server, now: later(2 * life - 1)).isResumed)
    }

    @Test(arguments: versions)
    func `a ticket outlives one change of keys and not two`(version: TLSVersion) throws {
        let server = try server()
        let period = TLSLimits.ticketKeyPeriodSeconds
        let visitor = try Visitor(client, .init(version: version))
        _ = try visitor.visit(server, now: later(period - 10))
        keys.advance(to: later(period))
        let old = try visitor.visit(server, now: later(period + 5))
        #expect(old.isResumed && old.isServed)
        // It was renewed under the new key, which lives on as the previous one.
        keys.advance(to: later(2 * period))
        #expect(try visitor.visit(server, now: later(2 * period - 20)).isResumed)

        let stale = try Visitor(client, .init(version: version))
        _ = try stale.visit(server, now: later(2 * period))
        keys.advance(to: later(3 * period))
        keys.advance(to: later(4 * period))
        #expect(!(try stale.visit(server, now: later(2 * period + 5)).isResumed))
    }

    @Test(arguments: versions)
    func `after a revocation no ticket is worth anything`(version: TLSVersion) throws {
        let visitor = try Visitor(client, .init(version: version))
        let server = try server()
        _ = try visitor.visit(server)
        #expect(try visitor.visit(server).isResumed)
        keys.replaceAll(now: TestAuthority.now)
        let after = try visitor.visit(server)
        #expect(!after.isResumed && after.isServed && after.identity == edge)
    }

    // MARK: Other terms

    @Test(arguments: versions)
    func `a ticket of a listener without client certificates opens none that requires them`(
        version: TLSVersion
    ) throws {
        let visitor = try Visitor(nil, .init(version: version))
        _ = try visitor.visit(server(clients: .some(nil)))
        let refused = try visitor.visit(server())
        #expect(!refused.isResumed)
        #expect(refused.outcome == .failed(.noClientCertificate))
    }

    @Test(arguments: versions)
    func `a ticket never lends its identity to a session that is not resumed`(version: TLSVersion) throws {
        let proven = try Visitor(client, .init(version: version))
        #expect(try proven.visit(server()).identity == edge)
        let stranger = try Visitor(nil, .init(version: version))
        stranger.borrow(proven)
        let visit = try stranger.visit(server(requires: false))
        #expect(visit.outcome == .complete && !visit.isResumed && visit.identity == "none")
    }

    @Test(arguments: versions)
    func `a ticket is worth nothing where the terms differ`(version: TLSVersion) throws {
        let other = TestAuthority()
        let renewed = fixture.authority.server()
        let elsewhere: [(String, TLSServerContext)] = [
            ("another authority beside it", try server(clients: fixture.authority.rootPEM + other.rootPEM)),
            ("optional certificates", try server(requires: false)),
            ("no certificates", try server(clients: .some(nil))),
            ("another own certificate", try server(renewed)),
            ("a trust domain", try server(trustDomain: "mesh.test")),
            ("other keys", try server(keys: TicketKeys(now: TestAuthority.now))),
        ]
        for (what, server) in elsewhere {
            let visitor = try Visitor(client, .init(version: version))
            _ = try visitor.visit(self.server())
            let visit = try visitor.visit(server)
            #expect(!visit.isResumed && visit.isServed, "\(what)")
        }
        let visitor = try Visitor(client, .init(version: .tls13))
        _ = try visitor.visit(server())
        #expect(!(try visitor.visit(server(minimumVersion: .tls13)).isResumed))
    }

    @Test(arguments: versions)
    func `an authority that is not trusted any more takes its tickets with it`(version: TLSVersion) throws {
        let other = TestAuthority()
        let visitor = try Visitor(client, .init(version: version))
        _ = try visitor.visit(server(clients: fixture.authority.rootPEM + other.rootPEM))
        let refused = try visitor.visit(server(clients: other.rootPEM))
        #expect(refused.outcome == .failed(.certificateRefused(.unknownAuthority)))
    }

    // MARK: Hostile tickets

    @Test(arguments: versions)
    func `a changed ticket means a whole handshake`(version: TLSVersion) throws {
        let server = try server()
        for fromEnd in [1, 33, 100, 300] {
            let visitor = try Visitor(client, .init(version: version))
            _ = try visitor.visit(server)
            visitor.spoilTicket(fromEnd: min(fromEnd, visitor.ticketBytes))
            let visit = try visitor.visit(server)
            #expect(!visit.isResumed && visit.isServed)
        }
    }

    @Test func `early data is refused, and the session goes on without it`() throws {
        let visitor = try Visitor(client, .init(earlyData: Array("DELETE / HTTP/1.1\r\n\r\n".utf8)))
        let server = try server()
        _ = try visitor.visit(server)
        let visit = try visitor.visit(server)
        #expect(visit.earlyDataStatus == SSL_EARLY_DATA_REJECTED)
        #expect(visit.isResumed && visit.isServed)
    }
}
