import MeshModel
import Testing

@Suite struct ConfigurationReaderTests {
    @Test func `the design's examples are accepted as written`() throws {
        let mesh = try Reading.accepted(Example.mesh)
        #expect(mesh.listeners.map(\.name) == ["front", "inbound"])
        #expect(mesh.listeners[0].spec.address == .ipv4([127, 0, 0, 1], port: 18_080))
        let inbound = mesh.listeners[1].spec
        #expect(inbound.service == "backend")
        #expect(inbound.application?.address == .ipv4([127, 0, 0, 1], port: 8_080))
        #expect(inbound.tls?.clientCertificate?.authorityFile == "ca.pem")
        #expect(inbound.tls?.clientCertificate?.required == true)
        #expect(inbound.tenantFrom == ["spiffe://mesh.test/service/edge"])
        #expect(mesh.channels[0].tenant == "acme")
        #expect(mesh.channels[0].spec.phoneNumberId == "106540352242922")
        #expect(mesh.webhooks[0].spec.secrets == [.value("app-secret")])
        #expect(mesh.webhooks[0].spec.verifyToken == .value("verify-me"))
        #expect(mesh.routes.map(\.name) == ["everything", "whatsapp"])
        #expect(mesh.routes[0].spec.matches.map(\.path) == [.prefix("/")])
        #expect(mesh.routes[1].spec.access == .webhook)
        #expect(mesh.routes[1].spec.matches[0].methods == ["GET", "POST"])
    }

    @Test func `every field of the kinds is read`() throws {
        let mesh = try Reading.accepted(Example.mesh + Example.rest)
        let portal = try #require(mesh.services.last)
        #expect(portal.labels == ["team": "desk"])
        #expect(portal.spec.endpoints.map(\.weight) == [3, 1])
        #expect(portal.spec.endpoints[1].address == .unix(path: "/run/portal.sock"))
        #expect(portal.spec.balancing == .roundRobin)
        #expect(portal.spec.connectTimeout == .milliseconds(250))
        #expect(portal.spec.pool.idleTimeout == .seconds(5))
        #expect(portal.spec.pool.maxIdle == 8)
        #expect(portal.spec.tls?.peer == "spiffe://mesh.test/service/portal")
        #expect(
            mesh.channels[1].spec.verifySecrets == [.value("s3cret-of-desk"), .environment(name: "DESK")])
        let route = mesh.routes[2].spec
        #expect(route.matches[0].path == .template("/webhooks/genesys/{channel}"))
        #expect(route.matches[0].headers == [.init(name: "content-type", value: .prefix("application/json"))])
        #expect(route.matches[0].query.map(\.value) == [.exact("1"), .present])
        #expect(route.backends.map(\.weight) == [9, 1])
        #expect(route.order == 10)
        #expect(route.timeouts.request == .seconds(5))
        #expect(route.requestHeaders.set.map(\.name) == ["host", "x-a"])
        #expect(route.requestHeaders.remove == ["x-b"])
        #expect(route.maxBodyBytes == 65_536)
        #expect(route.tracing.errors == .sampled)
        #expect(mesh.routes[3].spec.tracing.errors == .always)
        let tracing = try #require(mesh.listeners.last).spec.tracing
        #expect(tracing.sample.partsPerMillion == 5_000)
        #expect(tracing.accept == .any)
        #expect(tracing.propagate == [.w3c, .b3, .b3multi])
        #expect(mesh.listeners[0].spec.tracing == ListenerSpec.Tracing())
        #expect(ListenerSpec.Tracing().sample.partsPerMillion == 10_000)
    }

    @Test func `a tenant's route without hosts gets the tenant's`() throws {
        let mesh = try Reading.accepted(Example.mesh + Example.rest)
        #expect(mesh.routes.last?.spec.hosts == ["acme.example.test"])
    }

    @Test func `the order of documents and files does not matter`() throws {
        let documents = Example.mesh.split(separator: "---\n").reversed()
        let files = documents.enumerated().map { SourceFile(path: "\($0).yaml", bytes: Array($1.utf8)) }
        let mesh = try ConfigurationReader.read(files)
        #expect(mesh.routes.count == 2)
    }

    @Test func `several problems are reported at once, in the files' order`() {
        let first = SourceFile(
            path: "a.yaml",
            bytes: Array("kind: Tenant\nname: Acme\nspec: { hosts: [ A.test, 7 ], colour: red }\n".utf8))
        let second = SourceFile(
            path: "b.yaml",
            bytes: Array("kind: Route\nname: r\nspec: { backends: [ { service: nobody } ] }\n".utf8))
        let problems = Reading.failure([first, second])?.problems ?? []
        #expect(
            problems.map { $0.file + $0.pointer } == [
                "a.yaml/name", "a.yaml/spec/hosts/0", "a.yaml/spec/hosts/1", "a.yaml/spec/colour",
                "b.yaml/spec/access", "b.yaml/spec/backends/0/service",
            ])
    }

    @Test func `the same resource twice names both places`() {
        let text = "kind: Tenant\nname: acme\nspec: {}\n"
        let failure = Reading.failure([
            SourceFile(path: "a.yaml", bytes: Array(text.utf8)),
            SourceFile(path: "b.yaml", bytes: Array(("---\n# second\n" + text).utf8)),
        ])
        let problem = failure?.problems.first
        #expect(problem?.file == "b.yaml")
        #expect(problem?.line == 4)
        #expect(problem?.pointer == "/name")
        #expect(problem?.message.contains("a.yaml:1") == true)
        #expect(problem?.message.contains("b.yaml:3") == true)
        #expect(problem?.resource == ResourceName(kind: .tenant, tenant: nil, name: "acme"))
    }

    @Test func `a hundred problems are told, the hundred-and-first is counted`() {
        func failure(_ count: Int) -> InvalidConfiguration? {
            let fields = (0..<count).map { "x\($0): 1" }.joined(separator: ", ")
            return Reading.failure([
                SourceFile(path: "a.yaml", bytes: Array("kind: Tenant\nname: a\nspec: { \(fields) }".utf8))
            ])
        }
        #expect(failure(100)?.problems.count == 100)
        #expect(failure(100)?.omitted == 0)
        #expect(failure(101)?.problems.count == 100)
        #expect(failure(101)?.omitted == 1)
        #expect(failure(101)?.description.hasSuffix("\nand 1 more") == true)
    }

    @Test func `a name that may stand in an unreadable file is not reported as missing`() {
        let failure = Reading.failure([
            SourceFile(path: "a.yaml", bytes: Array("kind: [".utf8)),
            SourceFile(
                path: "b.yaml",
                bytes: Array(
                    "kind: Route\nname: r\nspec: { access: public, backends: [ { service: s } ] }".utf8)),
        ])
        #expect(failure?.problems.map(\.file) == ["a.yaml"])
    }

    @Test func `a problem says where, what and what would be right`() {
        let problem = Reading.problems("kind: Tenant\nname: acme\nspec: { hots: [ a.test ] }\n").first
        #expect(
            problem?.description
                == "mesh.yaml:3:9: Tenant acme: /spec/hots: is not a field here (did you mean 'hosts'?)")
    }
}
