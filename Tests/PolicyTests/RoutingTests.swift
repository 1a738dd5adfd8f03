import MeshModel
import Policy
import Substrate
import Testing

@Suite struct `Routing` {
    private func winner(
        _ request: RequestSketch, _ build: (inout MeshConfiguration) -> Void
    ) throws -> String {
        var configuration = MeshConfiguration.edge()
        build(&configuration)
        return try PolicyFixture(configuration).decide(request).route
    }

    @Test func `a request that no route matches is refused as not found`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("a", hosts: ["a.test"], path: .exact("/x"))
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(.init(host: "b.test", path: "/x")).verdict == .respond(.routeNotFound))
        #expect(fixture.decide(.init(host: "a.test", path: "/y")).verdict == .respond(.routeNotFound))
        #expect(fixture.decide(.init(host: "a.test", path: "/x")).verdict == .proceed)
    }

    @Test func `a configuration without any route refuses everything`() throws {
        let fixture = try PolicyFixture(.edge())
        #expect(fixture.decide(.init()).verdict == .respond(.routeNotFound))
        #expect(fixture.decide(.init(host: "", path: "*")).verdict == .respond(.routeNotFound))
    }

    @Test func `an exact host beats a longer wildcard beats a shorter one beats every host`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("every")
        configuration.addRoute("short", hosts: ["*.test"])
        configuration.addRoute("long", hosts: ["*.b.test"])
        configuration.addRoute("exact", hosts: ["a.b.test"])
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(.init(host: "a.b.test")).route == "exact")
        #expect(fixture.decide(.init(host: "c.b.test")).route == "long")
        #expect(fixture.decide(.init(host: "x.c.b.test")).route == "long")
        #expect(fixture.decide(.init(host: "b.test")).route == "short")
        #expect(fixture.decide(.init(host: "test")).route == "every")
        #expect(fixture.decide(.init(host: "")).route == "every")
    }

    @Test func `a host of more bytes than DNS has meets only routes for every host`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("every")
        configuration.addRoute("wild", hosts: ["*.test"])
        let fixture = try PolicyFixture(configuration)
        let longest = String(repeating: "a.", count: 125) + ".test"
        #expect(longest.utf8.count == 255)
        #expect(fixture.decide(.init(host: longest)).route == "wild")
        #expect(fixture.decide(.init(host: "a" + longest)).route == "every")
        #expect(fixture.decide(.init(host: String(repeating: ".", count: 60_000))).route == "every")
    }

    @Test func `an exact path beats a template beats a longer prefix beats a shorter one`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("root", path: .prefix("/"))
        configuration.addRoute("prefix", path: .prefix("/users"))
        configuration.addRoute("long", path: .prefix("/users/5"))
        configuration.addRoute("template", path: .template("/users/{id}"))
        configuration.addRoute("exact", path: .exact("/users/5"))
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(.init(path: "/users/5")).route == "exact")
        #expect(fixture.decide(.init(path: "/users/6")).route == "template")
        #expect(fixture.decide(.init(path: "/users/5/x")).route == "long")
        #expect(fixture.decide(.init(path: "/users/6/x")).route == "prefix")
        #expect(fixture.decide(.init(path: "/userss")).route == "root")
        #expect(fixture.decide(.init(path: "*")).route == "root")
    }

    @Test func `a prefix matches whole segments and its slash at the end says nothing`() throws {
        for prefix in ["/a", "/a/"] {
            var configuration = MeshConfiguration.edge()
            configuration.addRoute("a", path: .prefix(prefix))
            let fixture = try PolicyFixture(configuration)
            for path in ["/a", "/a/", "/a/b", "/a/b/c"] {
                #expect(fixture.decide(.init(path: path)).route == "a", "\(prefix) \(path)")
            }
            for path in ["/", "/ab", "/b/a", "/A"] {
                #expect(fixture.decide(.init(path: path)).route == "", "\(prefix) \(path)")
            }
        }
    }

    @Test func `a template with more literal segments goes first`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("one", path: .template("/{a}/files/{b}"))
        configuration.addRoute("two", path: .template("/users/files/{b}"))
        configuration.addRoute("rest", path: .template("/users/{rest**}"))
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(.init(path: "/users/files/x")).route == "two")
        #expect(fixture.decide(.init(path: "/teams/files/x")).route == "one")
        #expect(fixture.decide(.init(path: "/users/other/x/y")).route == "rest")
    }

    @Test func `a template gives its parameters by name`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("files", path: .template("/users/{id}/files/{path**}"))
        let fixture = try PolicyFixture(configuration)
        let outcome = fixture.decide(.init(path: "/users/42/files/a/b.txt"))
        #expect(outcome.parameters == ["id": "42", "path": "a/b.txt"])
        #expect(outcome.template == "/users/{id}/files/{path**}")
        #expect(fixture.decide(.init(path: "/users/42/files/")).parameters["path"] == "")
        for path in ["/users/42/files", "/users//files/x", "/users/42", "/users/42/file/x"] {
            #expect(fixture.decide(.init(path: path)).verdict == .respond(.routeNotFound), "\(path)")
        }
    }

    @Test func `a literal that leads nowhere falls back to the parameter beside it`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("literal", path: .template("/a/b/{c}"))
        configuration.addRoute("parameter", path: .template("/{a}/b/{c}/d"))
        let fixture = try PolicyFixture(configuration)
        let outcome = fixture.decide(.init(path: "/a/b/x/d"))
        #expect(outcome.route == "parameter")
        #expect(outcome.parameters == ["a": "a", "c": "x"])
    }

    @Test func `more conditions go first and every condition must hold`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("plain", path: .prefix("/"))
        configuration.addRoute("get", path: .prefix("/")) { $0.matches[0].methods = ["GET"] }
        configuration.addRoute("strict", path: .prefix("/")) {
            $0.matches[0].methods = ["GET", "PURGE"]
            $0.matches[0].headers = [.equals("X-Kind", "one"), .begins("accept", "text/")]
            $0.matches[0].query = [.has("debug")]
        }
        let fixture = try PolicyFixture(configuration)
        let full = RequestSketch(query: "a=1&debug").with("x-kind", "one").with("Accept", "text/html")
        #expect(fixture.decide(full).route == "strict")
        var purge = full
        purge.method = "PURGE"
        #expect(fixture.decide(purge).route == "strict")
        purge.method = "PURGES"
        #expect(fixture.decide(purge).route == "plain")
        #expect(fixture.decide(RequestSketch(query: "debug").with("x-kind", "one")).route == "get")
        #expect(fixture.decide(RequestSketch(method: "POST")).route == "plain")
    }

    @Test func `a method that the path does not have is not found`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("get", path: .exact("/x")) { $0.matches[0].methods = ["GET"] }
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(.init(method: "POST", path: "/x")).verdict == .respond(.routeNotFound))
        #expect(fixture.decide(.init(method: "HEAD", path: "/x")).verdict == .respond(.routeNotFound))
        #expect(fixture.decide(.init(method: "get", path: "/x")).verdict == .respond(.routeNotFound))
    }

    @Test func `query conditions are compared decoded`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("q") { $0.matches[0].query = [.equals("a b", "ü+")] }
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(.init(query: "a+b=%C3%BC%2b")).route == "q")
        #expect(fixture.decide(.init(query: "x&a%20b=no&a%20b=%c3%bc%2B")).route == "q")
        for query in ["a+b=%C3%BC%2", "a+b=%C3%BC%", "a+b", "a+b=%C3%BC%2B%zz", "=", "&&", ""] {
            #expect(fixture.decide(.init(query: query)).route == "", "\(query)")
        }
    }

    @Test func `a stranger's own x-outrigger field decides nothing at an edge`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("debug") { $0.matches[0].headers = [.has("x-outrigger-debug")] }
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(RequestSketch().with("x-outrigger-debug", "1")).route == "")
    }

    @Test func `order overrides whatever is more specific`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("exact", hosts: ["a.test"], path: .exact("/x"))
        configuration.addRoute("maintenance", path: .prefix("/")) { $0.order = 10 }
        configuration.addRoute("last", hosts: ["a.test"], path: .exact("/x")) { $0.order = -1 }
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(.init(host: "a.test", path: "/x")).route == "maintenance")
    }

    @Test func `the name decides between equals`() throws {
        let name = try winner(.init()) {
            $0.addRoute("b")
            $0.addRoute("a")
            $0.addRoute("c")
        }
        #expect(name == "a")
    }

    @Test func `each match of a route is a way in of its own`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("many") { spec in
            spec.matches = ["/a", "/b"].map { path in
                var match = RouteSpec.Match()
                match.path = .exact(path)
                return match
            }
        }
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(.init(path: "/a")).template == "/a")
        #expect(fixture.decide(.init(path: "/b")).template == "/b")
        #expect(fixture.decide(.init(path: "/c")).route == "")
    }

    @Test func `a route counts at its own listeners only`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addListener("side", role: .edge)
        configuration.addRoute("front") { $0.listeners = ["front"] }
        configuration.addRoute("all", path: .prefix("/all"))
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(.init(), listener: 0).route == "front")
        #expect(fixture.decide(.init(), listener: 1).route == "")
        #expect(fixture.decide(.init(path: "/all"), listener: 1).route == "all")
    }

    @Test func `weighted backends share the traffic and a weight of zero gets none`() throws {
        var configuration = MeshConfiguration.edge()
        for name in ["one", "two", "off"] { configuration.addService(name) }
        configuration.addRoute("split") { spec in
            spec.backends = [("off", 0), ("one", 1), ("two", 3)].map { name, weight in
                var backend = RouteSpec.Backend(service: name)
                backend.weight = weight
                return backend
            }
        }
        let fixture = try PolicyFixture(configuration)
        var random = RandomSource(seed: 7)
        var counts: [String: Int] = [:]
        for _ in 0..<4_000 {
            counts[fixture.decide(.init(), entropy: random.next()).service, default: 0] += 1
        }
        #expect(counts["off"] == nil)
        #expect(abs(counts["one", default: 0] - 1_000) < 120)
        #expect(fixture.decide(.init(), entropy: .max).service == "two")
        #expect(fixture.decide(.init(), entropy: 0).service == "one")
    }

    @Test func `a backend or webhook that is not configured makes the route incomplete`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("a", path: .exact("/a")) { $0.backends = [.init(service: "missing")] }
        configuration.addRoute("b", path: .exact("/b")) { $0.backends = [] }
        configuration.addRoute("c", path: .exact("/c"), access: .webhook) { $0.webhook = "missing" }
        configuration.addRoute("d", path: .exact("/d"), access: .webhook)
        let fixture = try PolicyFixture(configuration)
        for path in ["/a", "/b", "/c", "/d"] {
            #expect(fixture.decide(.init(method: "POST", path: path)).verdict == .respond(.configIncomplete))
        }
    }

    @Test func `a body over the route's limit is refused by its length and one at the limit is not`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("small") { $0.maxBodyBytes = 10 }
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(.init(contentLength: 10)).verdict == .proceed)
        #expect(fixture.decide(.init(contentLength: 11)).verdict == .respond(.bodyTooLarge))
        #expect(fixture.decide(.init(contentLength: .max)).verdict == .respond(.bodyTooLarge))
        #expect(fixture.decide(.init(contentLength: -1)).verdict == .proceed)
    }

    @Test func `named access lets the named identities in and nobody else`() throws {
        var configuration = MeshConfiguration.edge()
        configuration.addRoute("closed", access: .named(["spiffe://mesh.test/service/a", "some-policy"]))
        let fixture = try PolicyFixture(configuration)
        #expect(fixture.decide(.init(), peer: "spiffe://mesh.test/service/a").verdict == .proceed)
        for peer in ["", "spiffe://mesh.test/service/b", "spiffe://mesh.test/service/a/", "some-policy "] {
            #expect(fixture.decide(.init(), peer: peer).verdict == .respond(.accessDenied), "\(peer)")
        }
        let plain = fixture.decide(.init(), peer: "spiffe://mesh.test/service/a", isTLS: false)
        #expect(plain.verdict == .respond(.accessDenied))
    }
}
