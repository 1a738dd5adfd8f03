import MeshModel
import Policy
import Substrate
import Testing

@Suite struct `Compiling a configuration` {
    private func problem(_ build: (inout MeshConfiguration) -> Void) -> PolicyError.Problem? {
        var configuration = MeshConfiguration.edge()
        configuration.addTenant("acme", hosts: ["acme.test"])
        configuration.addTenant("bare")
        build(&configuration)
        do {
            _ = try PolicyFixture(configuration)
            return nil
        } catch { return (error as? PolicyError)?.problem }
    }

    @Test func `hosts that are no hosts are refused`() {
        for host in ["", ".", "*", "*.", "a b", "a/b", "*.*.a", "a*", "%61", ".a", "ü.test"] {
            #expect(problem { $0.addRoute("r", hosts: [host]) } == .hostInvalid(host), "\(host)")
        }
        for host in ["A.test", "a.test.", "*.a", "[::1]"] {
            #expect(problem { $0.addRoute("r", hosts: [host]) } == nil, "\(host)")
        }
    }

    @Test func `paths that are no paths are refused`() {
        for path in [
            "", "a", "/a/{b", "/a/b}", "/a{b}", "/{}", "/{a}/{a}", "/{r**}/x", "/{a b}", "/a b", "/{**}",
        ] {
            #expect(problem { $0.addRoute("r", path: .template(path)) } == .pathInvalid(path), "\(path)")
        }
        for path in ["/", "/a/", "/{r**}", "/a-{", "/{a_b-1}"] {
            let expected: PolicyError.Problem? = path == "/a-{" ? .pathInvalid(path) : nil
            #expect(problem { $0.addRoute("r", path: .template(path)) } == expected, "\(path)")
        }
    }

    @Test func `a path of 32 segments is compiled and one of 33 refused`() {
        let path = String(repeating: "/a", count: 32)
        #expect(problem { $0.addRoute("r", path: .prefix(path)) } == nil)
        let longer = path + "/a"
        #expect(problem { $0.addRoute("r", path: .prefix(longer)) } == .tooManySegments(longer, limit: 32))
    }

    @Test func `a template of 8 parameters is compiled and one of 9 refused`() {
        let path = (0..<8).map { "/{p\($0)}" }.joined()
        #expect(problem { $0.addRoute("r", path: .template(path)) } == nil)
        let longer = path + "/{p8}"
        #expect(problem { $0.addRoute("r", path: .template(longer)) } == .tooManyParameters(longer, limit: 8))
    }

    @Test func `64 conditions are compiled and 65 refused`() {
        let list = (0..<64).map { RouteSpec.NamedMatch.has("h\($0)") }
        #expect(problem { $0.addRoute("r") { $0.matches[0].headers = list } } == nil)
        #expect(
            problem {
                $0.addRoute("r") {
                    $0.matches[0].headers = list
                    $0.matches[0].query = [.has("q")]
                }
            } == .tooManyConditions(limit: 64))
    }

    @Test func `64 listeners are compiled and 65 refused`() {
        #expect(problem { for index in 1..<64 { $0.addListener("l\(index)", role: .edge) } } == nil)
        #expect(
            problem { for index in 1..<65 { $0.addListener("l\(index)", role: .edge) } }
                == .tooManyListeners(limit: 64))
    }

    @Test func `8 secrets are compiled and 9 refused, and an empty one or one that cannot be read too`() {
        let eight = (0..<8).map { SecretSource.value("s\($0)") }
        #expect(problem { $0.addWebhook("w") { $0.secrets = eight } } == nil)
        #expect(
            problem { $0.addWebhook("w") { $0.secrets = eight + eight } } == .tooManySecrets(limit: 8))
        #expect(problem { $0.addWebhook("w") { $0.secrets = [.value("")] } } == .emptySecret)
        #expect(problem { $0.addWebhook("w") { $0.verifyToken = .value("") } } == .emptySecret)
        #expect(
            problem { $0.addWebhook("w") { $0.verifyToken = .file(path: "x") } }
                == .secretUnavailable("SecretMissing()"))
    }

    @Test func `tenants own their hosts alone`() {
        #expect(problem { $0.addTenant("b", hosts: ["ACME.test."]) } == .hostOwnedTwice("ACME.test."))
        #expect(problem { $0.addRoute("r", tenant: "acme", hosts: ["b.test"]) } == .hostNotOwned("b.test"))
        #expect(problem { $0.addRoute("r", tenant: "acme", hosts: ["*.test"]) } == .hostNotOwned("test"))
        #expect(problem { $0.addRoute("r", tenant: "bare") } == .tenantOwnsNoHost)
        #expect(problem { $0.addRoute("r", tenant: "nobody") } == .unknownTenant("nobody"))
        #expect(problem { $0.addRoute("r", tenant: "bare", hosts: ["backend"]) } == nil)
    }

    @Test func `an account belongs to one channel and a business account to one tenant`() {
        #expect(
            problem {
                $0.addWhatsApp("a", tenant: "acme", phone: "1")
                $0.addWhatsApp("b", tenant: "bare", phone: "1")
            } == .externalIDTaken("1"))
        #expect(
            problem {
                $0.addWhatsApp("a", tenant: "acme", account: "1")
                $0.addWhatsApp("b", tenant: "bare", account: "1")
            } == .externalIDTaken("1"))
        #expect(
            problem {
                $0.addWhatsApp("a", tenant: "acme", phone: "1", account: "1")
                $0.addWhatsApp("b", tenant: "acme", phone: "2", account: "1")
            } == nil)
    }

    @Test func `a webhook that reads its channel from the path needs the parameter`() {
        #expect(
            problem {
                $0.addWebhook("w", provider: .genesys) { $0.channelFrom = .path }
                $0.addRoute("r", path: .template("/x/{id}"), access: .webhook) { $0.webhook = "w" }
            } == .channelParameterMissing("/x/{id}"))
    }

    @Test func `framing fields are nobody's to change and the mesh's fields no tenant's`() {
        func change(_ name: String, _ value: String = "x", tenant: String?) -> PolicyError.Problem? {
            problem {
                $0.addRoute("r", tenant: tenant, hosts: ["acme.test"]) {
                    $0.requestHeaders.set = [(name: name, value: value)]
                }
            }
        }
        for name in ["Connection", "transfer-encoding", "content-length", "a b", "", "a:"] {
            #expect(change(name, tenant: nil) == .headerOperationRefused(name))
        }
        for value in ["a\r\nb: c", "a\n", "\0"] {
            #expect(change("x-a", value, tenant: nil) == .headerOperationRefused("x-a"))
        }
        for name in [
            "X-Outrigger-Tenant", "x-outrigger-a", "x-outrigger-ab", "x-outrigger-abc", "x-outrigger-abcd",
            "x-forwarded-for", "forwarded", "host",
        ] {
            #expect(change(name, tenant: "acme") == .headerOperationRefused(name))
            #expect(change(name, tenant: nil) == nil)
        }
        #expect(change("x-a", "\tfine ü", tenant: "acme") == nil)
    }

    @Test func `header operations are compiled in the order remove, set, add`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("r") {
            $0.responseHeaders.add = [(name: "X-A", value: "1")]
            $0.responseHeaders.set = [(name: "Server", value: "s")]
            $0.responseHeaders.remove = ["x-powered-by"]
        }
        let tables = try PolicyFixture(configuration).snapshot.tables
        let operations = tables.routes[0].responseHeaders.indices.map { tables.headerOperations[$0] }
        #expect(operations.map(\.kind) == [.remove, .set, .add])
        #expect(operations.map { tables.text.bytes($0.name).text } == ["x-powered-by", "server", "x-a"])
        #expect(operations.map { tables.text.bytes($0.value).text } == ["", "s", "1"])
        #expect(operations[1].known == .server)
    }

    @Test func `numbers stay a name's whatever the configuration`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("a")
        configuration.addRoute("b")
        let first = try PolicyFixture(configuration)
        let before = first.snapshot.tables.routes[1].id
        configuration.routes.removeFirst()
        let second = try PolicyFixture(configuration, registry: first.registry, revision: 2)
        #expect(second.snapshot.tables.routes[0].id == before)
        #expect(first.registry.name(ofRoute: before) == "b")
        #expect(first.registry.name(ofRoute: 99) == "")
        #expect(first.registry.routeCount == 2)
        #expect(first.registry.name(ofEndpoint: 0) == "127.0.0.1:10000")
        #expect(second.snapshot.revision == 2)
        #expect(second.snapshot.addresses == configuration.services[0].spec.endpoints.map(\.address))
    }

    @Test func `an application and an endpoint at one address are two endpoints`() throws {
        var configuration = MeshConfiguration()
        configuration.addService("backend")
        configuration.addListener("in", role: .inbound, service: "backend")
        configuration.listeners[0].spec.application = .init(
            address: configuration.services[0].spec.endpoints[0].address)
        let tables = try PolicyFixture(configuration).snapshot.tables
        #expect(tables.endpoints.count == 2)
        #expect(tables.endpoints[0].id != tables.endpoints[1].id)
        #expect(tables.services[0].id == tables.services[1].id)
        #expect(tables.services[1].configurationIndex == -1)
        #expect(tables.services[1].listenerIndex == 0)
        #expect(tables.routes[0].requestTimeoutNanoseconds == .max)
    }

    @Test func `a snapshot frees its tables with the last reference`() throws {
        var configuration = MeshConfiguration.edge()
        for index in 0..<50 {
            configuration.addRoute("r\(index)", hosts: ["h\(index).test"], path: .exact("/x"))
        }
        let registry = IdentityRegistry(seed: 1)
        weak var last: PolicySnapshot?
        for revision in 0..<20 {
            let snapshot = try PolicySnapshot.compile(
                configuration, secrets: PolicyFixture.read, identities: registry, revision: UInt64(revision))
            last = snapshot
            #expect(snapshot.revision == UInt64(revision))
        }
        #expect(last == nil)
        #expect(registry.routeCount == 50)
    }
}
