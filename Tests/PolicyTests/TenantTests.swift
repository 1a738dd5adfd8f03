import MeshModel
import Policy
import Substrate
import Testing

@Suite struct `Tenants` {
    private static let edgeIdentity = "spiffe://mesh.test/service/edge"

    private func edge(_ build: (inout MeshConfiguration) -> Void = { _ in }) throws -> PolicyFixture {
        var configuration = MeshConfiguration.edge()
        configuration.addTenant("acme", hosts: ["acme.test", "*.acme.test"])
        configuration.addTenant("globex", hosts: ["globex.test", "shared.acme.test"])
        configuration.addTenant("closed", hosts: ["closed.test"], enabled: false)
        configuration.addRoute("open")
        build(&configuration)
        return try PolicyFixture(configuration)
    }

    @Test func `a tenant's host claims that tenant without proving it`() throws {
        let outcome = try edge().decide(.init(host: "acme.test"))
        #expect(outcome.verdict == .proceed)
        #expect(outcome.tenant == "acme")
        #expect(outcome.state.evidenceTenant == -1)
        #expect(outcome.state.claimedTenant == 0)
    }

    @Test func `the most specific owner of a host counts`() throws {
        let fixture = try edge()
        #expect(fixture.decide(.init(host: "x.y.acme.test")).tenant == "acme")
        #expect(fixture.decide(.init(host: "shared.acme.test")).tenant == "globex")
        #expect(fixture.decide(.init(host: "other.test")).tenant == "")
        #expect(fixture.decide(.init(host: "evilacme.test")).tenant == "")
    }

    @Test func `a certificate of another tenant than the host's is a contradiction`() throws {
        let fixture = try edge()
        let acme = "spiffe://mesh.test/tenant/acme/service/crm"
        let proven = fixture.decide(.init(host: "acme.test"), peer: acme)
        #expect(proven.verdict == .proceed)
        #expect(proven.state.evidenceTenant == 0)
        #expect(
            fixture.decide(.init(host: "globex.test"), peer: acme).verdict == .respond(.tenantContradiction))
        #expect(fixture.decide(.init(host: "other.test"), peer: acme).tenant == "acme")
        let stranger = "spiffe://mesh.test/tenant/nobody/service/crm"
        #expect(
            fixture.decide(.init(host: "acme.test"), peer: stranger).verdict
                == .respond(.tenantContradiction))
        #expect(fixture.decide(.init(host: "other.test"), peer: stranger).tenant == "nobody")
    }

    @Test(arguments: [
        "spiffe://mesh.test/service/acme", "spiffe://mesh.test/tenant/acme",
        "spiffe://mesh.test/tenant//service/x",
        "spiffe://mesh.test/tenant/acme/service/", "spiffe://mesh.test/tenant/acme/service/x/y", "spiffe://",
        "spiffe://mesh.test", "spiffe://mesh.test/", "tenant/acme/service/x", "spiffe:///tenant",
    ])
    func `an identity of another shape proves no tenant`(peer: String) throws {
        let outcome = try edge().decide(.init(host: "other.test"), peer: peer)
        #expect(outcome.verdict == .proceed)
        #expect(outcome.tenant == "")
    }

    @Test func `an identity without TLS proves nothing`() throws {
        let outcome = try edge().decide(
            .init(host: "globex.test"), peer: "spiffe://mesh.test/tenant/acme/service/crm", isTLS: false)
        #expect(outcome.tenant == "globex")
        #expect(outcome.state.evidenceTenant == -1)
    }

    @Test func `a disabled tenant is refused by host and by certificate`() throws {
        let fixture = try edge()
        #expect(fixture.decide(.init(host: "closed.test")).verdict == .respond(.tenantDisabled))
        let peer = "spiffe://mesh.test/tenant/closed/service/crm"
        #expect(fixture.decide(.init(host: "other.test"), peer: peer).verdict == .respond(.tenantDisabled))
    }

    @Test func `what a stranger says in x-outrigger-tenant is ignored at an edge`() throws {
        let request = RequestSketch(host: "acme.test").with("x-outrigger-tenant", "globex")
        #expect(try edge().decide(request).tenant == "acme")
    }

    @Test func `a tenant's route answers for the tenant's hosts only`() throws {
        let fixture = try edge {
            $0.addRoute("own", tenant: "acme", path: .exact("/x"))
            $0.addRoute("wild", tenant: "acme", hosts: ["*.acme.test"], path: .exact("/y"))
        }
        #expect(fixture.decide(.init(host: "acme.test", path: "/x")).route == "acme/own")
        #expect(fixture.decide(.init(host: "a.acme.test", path: "/x")).route == "acme/own")
        #expect(fixture.decide(.init(host: "globex.test", path: "/x")).route == "open")
        #expect(fixture.decide(.init(host: "other.test", path: "/x")).route == "open")
        #expect(fixture.decide(.init(host: "a.acme.test", path: "/y")).route == "acme/wild")
        #expect(fixture.decide(.init(host: "shared.acme.test", path: "/y")).route == "open")
    }

    @Test func `a tenant's route beats the mesh's of the same shape`() throws {
        let fixture = try edge {
            $0.addRoute("aaa", hosts: ["acme.test"], path: .prefix("/"))
            $0.addRoute("zzz", tenant: "acme", hosts: ["acme.test"], path: .prefix("/"))
        }
        #expect(fixture.decide(.init(host: "acme.test")).route == "acme/zzz")
    }

    @Test func `a tenant's route finds its own service before the mesh's and no other tenant's`() throws {
        let fixture = try edge {
            $0.addService("backend", tenant: "acme")
            $0.addService("secret", tenant: "globex")
            $0.addRoute("own", tenant: "acme", path: .exact("/own"))
            $0.addRoute("foreign", tenant: "acme", path: .exact("/foreign")) {
                $0.backends = [.init(service: "secret")]
            }
        }
        #expect(fixture.decide(.init(host: "acme.test", path: "/own")).service == "acme/backend")
        #expect(fixture.decide(.init(host: "acme.test", path: "/z")).service == "backend")
        #expect(
            fixture.decide(.init(host: "acme.test", path: "/foreign")).verdict == .respond(.configIncomplete))
    }

    // MARK: Inbound

    private func inbound(tenant: String? = nil, tenants: [String] = ["acme"]) throws -> PolicyFixture {
        var configuration = MeshConfiguration.edge()
        for name in tenants { configuration.addTenant(name) }
        configuration.addTenant("closed", enabled: false)
        configuration.addListener(
            "in", role: .inbound, service: "backend", tenant: tenant, tenantFrom: [Self.edgeIdentity])
        return try PolicyFixture(configuration)
    }

    @Test func `an inbound listener hands everything to its application`() throws {
        let outcome = try inbound().decide(.init(host: "whatever", path: "/x"), listener: 1)
        #expect(outcome.verdict == .proceed)
        #expect(outcome.service == "backend")
        #expect(outcome.route == "listener/in")
        #expect(outcome.tenant == "")
    }

    @Test func `a listed peer asserts a tenant and another may not`() throws {
        let fixture = try inbound()
        let request = RequestSketch().with("X-Outrigger-Tenant", "acme")
        let trusted = fixture.decide(request, listener: 1, peer: Self.edgeIdentity)
        #expect(trusted.verdict == .proceed)
        #expect(trusted.tenant == "acme")
        for peer in ["", "spiffe://mesh.test/service/other", Self.edgeIdentity + "x"] {
            let refused = fixture.decide(request, listener: 1, peer: peer).verdict
            #expect(refused == .respond(.tenantMismatch), "\(peer)")
        }
        let plain = fixture.decide(request, listener: 1, peer: Self.edgeIdentity, isTLS: false)
        #expect(plain.verdict == .respond(.tenantMismatch))
    }

    @Test func `an asserted tenant that is unknown here is passed on by its text`() throws {
        let request = RequestSketch().with("x-outrigger-tenant", "initech")
        let outcome = try inbound().decide(request, listener: 1, peer: Self.edgeIdentity)
        #expect(outcome.verdict == .proceed)
        #expect(outcome.tenant == "initech")
        #expect(outcome.state.tenant == -1)
    }

    @Test(arguments: ["", "Acme", "-a", "a-", "a b", "a/b", String(repeating: "a", count: 64), "a\u{e4}"])
    func `an asserted text that is no name is a mismatch`(text: String) throws {
        let request = RequestSketch().with("x-outrigger-tenant", text)
        let outcome = try inbound().decide(request, listener: 1, peer: Self.edgeIdentity)
        #expect(outcome.verdict == .respond(.tenantMismatch))
    }

    @Test func `a name of 63 bytes is a name`() throws {
        let name = String(repeating: "a", count: 63)
        let request = RequestSketch().with("x-outrigger-tenant", name)
        #expect(try inbound().decide(request, listener: 1, peer: Self.edgeIdentity).tenant == name)
    }

    @Test func `two assertions are a mismatch even when they agree`() throws {
        let request = RequestSketch().with("x-outrigger-tenant", "acme").with("X-Outrigger-Tenant", "acme")
        let outcome = try inbound().decide(request, listener: 1, peer: Self.edgeIdentity)
        #expect(outcome.verdict == .respond(.tenantMismatch))
    }

    @Test func `a tenant's service asserts what its certificate proves and nothing else`() throws {
        let fixture = try inbound(tenants: ["acme", "globex"])
        let acme = "spiffe://mesh.test/tenant/acme/service/crm"
        let own = RequestSketch().with("x-outrigger-tenant", "acme")
        #expect(fixture.decide(own, listener: 1, peer: acme).tenant == "acme")
        #expect(fixture.decide(.init(), listener: 1, peer: acme).tenant == "acme")
        let other = RequestSketch().with("x-outrigger-tenant", "globex")
        #expect(fixture.decide(other, listener: 1, peer: acme).verdict == .respond(.tenantContradiction))
    }

    @Test func `a disabled tenant is refused at inbound`() throws {
        let request = RequestSketch().with("x-outrigger-tenant", "closed")
        let outcome = try inbound().decide(request, listener: 1, peer: Self.edgeIdentity)
        #expect(outcome.verdict == .respond(.tenantDisabled))
    }

    @Test func `a tenant's own inbound listener takes no other tenant`() throws {
        let fixture = try inbound(tenant: "acme", tenants: ["acme", "globex"])
        for name in ["globex", "unknown"] {
            let request = RequestSketch().with("x-outrigger-tenant", name)
            let outcome = fixture.decide(request, listener: 1, peer: Self.edgeIdentity)
            #expect(outcome.verdict == .respond(.tenantContradiction))
        }
    }

    // MARK: Outbound

    private func outbound(
        tenant: String?, _ build: (inout MeshConfiguration) -> Void = { _ in }
    ) throws -> PolicyFixture {
        var configuration = MeshConfiguration.edge()
        configuration.addTenant("acme")
        configuration.addTenant("globex")
        configuration.addService("crm", tenant: "acme")
        configuration.addService("crm", tenant: "globex")
        configuration.addService("backend", tenant: "acme")
        configuration.addListener("out", role: .outbound, service: "caller", tenant: tenant)
        build(&configuration)
        return try PolicyFixture(configuration)
    }

    @Test func `an outbound host names a service of the caller's tenant and then of the mesh`() throws {
        let acme = try outbound(tenant: "acme")
        #expect(acme.decide(.init(host: "backend"), listener: 1).service == "acme/backend")
        #expect(acme.decide(.init(host: "crm.acme"), listener: 1).service == "acme/crm")
        #expect(acme.decide(.init(host: "crm.acme.mesh.internal"), listener: 1).service == "acme/crm")
        #expect(acme.decide(.init(host: "crm"), listener: 1).tenant == "acme")
        let mesh = try outbound(tenant: nil)
        #expect(mesh.decide(.init(host: "backend"), listener: 1).service == "backend")
        #expect(mesh.decide(.init(host: "crm.globex"), listener: 1).service == "globex/crm")
    }

    @Test(arguments: [
        "", "crm", "nothing", "crm.nobody", "backend.mesh.internal", ".mesh.internal", "a.b.c", ".",
    ])
    func `an outbound host that names no service is refused`(host: String) throws {
        let outcome = try outbound(tenant: nil).decide(.init(host: host), listener: 1)
        #expect(outcome.verdict == .respond(.serviceNotFound))
    }

    @Test func `a tenant's caller reaches no other tenant`() throws {
        let fixture = try outbound(tenant: "acme")
        #expect(fixture.decide(.init(host: "crm.globex"), listener: 1).verdict == .respond(.tenantMismatch))
        let asserting = RequestSketch(host: "crm").with("x-outrigger-tenant", "globex")
        #expect(fixture.decide(asserting, listener: 1).verdict == .respond(.tenantMismatch))
    }

    @Test func `a mesh caller passes its tenant on unless the service is another's`() throws {
        let fixture = try outbound(tenant: nil)
        let asserting = RequestSketch(host: "backend").with("x-outrigger-tenant", "globex")
        #expect(fixture.decide(asserting, listener: 1).tenant == "globex")
        let crossing = RequestSketch(host: "crm.acme").with("x-outrigger-tenant", "globex")
        #expect(fixture.decide(crossing, listener: 1).verdict == .respond(.tenantContradiction))
    }

    @Test func `a route that names an outbound host refines it and access is no matter there`() throws {
        let fixture = try outbound(tenant: nil) {
            $0.addRoute("fine", hosts: ["backend"], path: .prefix("/v2"), access: .named(["nobody"]))
            $0.addRoute("everywhere", path: .prefix("/v2"))
        }
        #expect(fixture.decide(.init(host: "backend", path: "/v2/x"), listener: 1).route == "fine")
        #expect(fixture.decide(.init(host: "backend", path: "/v1"), listener: 1).route == "listener/out")
        #expect(fixture.decide(.init(host: "crm.acme", path: "/v2"), listener: 1).route == "listener/out")
    }

    @Test func `another tenant's route does not refine a caller's host`() throws {
        let build: (inout MeshConfiguration) -> Void = {
            $0.addRoute("mine", tenant: "globex", hosts: ["backend"], path: .prefix("/"))
        }
        #expect(
            try outbound(tenant: "acme", build).decide(.init(host: "backend"), listener: 1).route
                == "listener/out")
        #expect(
            try outbound(tenant: "globex", build).decide(.init(host: "backend"), listener: 1).route
                == "globex/mine")
    }
}
