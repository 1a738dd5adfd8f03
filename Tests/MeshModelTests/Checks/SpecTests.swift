import MeshModel
import Testing

/// What one resource says wrong for itself.
@Suite struct SpecTests {
    static func listener(_ spec: String) -> String {
        "kind: Service\nname: s\nspec: { endpoints: [ { address: 10.0.0.1:80 } ] }\n---\nkind: Listener\nname: l\nspec: { \(spec) }"
    }

    static func service(_ spec: String) -> String { "kind: Service\nname: s\nspec: { \(spec) }" }

    static func route(_ spec: String) -> String {
        "kind: Service\nname: s\nspec: { endpoints: [ { address: 10.0.0.1:80 } ] }\n---\nkind: Route\nname: r\nspec: { backends: [ { service: s } ], \(spec) }"
    }

    static let listeners: [Refusal] = [
        Refusal("no role", listener("address: 127.0.0.1:80"), at: "/spec/role", line: 7, "is missing"),
        Refusal("no address", listener("role: edge"), at: "/spec/address", line: 7, "is missing"),
        Refusal(
            "unknown role", listener("role: egde, address: 127.0.0.1:80"), at: "/spec/role", line: 7, "'edge'"
        ),
        Refusal(
            "outbound", listener("role: outbound, address: 127.0.0.1:80"), at: "/spec/role", line: 7,
            "not in this version"),
        Refusal(
            "host name", listener("role: edge, address: localhost:80"), at: "/spec/address", line: 7,
            "resolver", "IP address"),
        Refusal(
            "inbound without service",
            listener("role: inbound, address: 127.0.0.1:80, application: { address: 127.0.0.1:81 }"),
            at: "/spec/service", line: 7, "is missing"),
        Refusal(
            "inbound without application", listener("role: inbound, address: 127.0.0.1:80, service: s"),
            at: "/spec/application", line: 7, "is missing"),
        Refusal(
            "edge with application",
            listener("role: edge, address: 127.0.0.1:80, application: { address: 127.0.0.1:81 }"),
            at: "/spec/application", line: 7, "belongs to role inbound"),
        Refusal(
            "edge with service", listener("role: edge, address: 127.0.0.1:80, service: s"),
            at: "/spec/service", line: 7, "belongs to role inbound"),
        Refusal(
            "edge with tenantFrom",
            listener("role: edge, address: 127.0.0.1:80, tenantFrom: [ spiffe://m/a ]"),
            at: "/spec/tenantFrom", line: 7, "belongs to role inbound"),
        Refusal(
            "tenantFrom that is no identity",
            listener(
                "role: inbound, address: 127.0.0.1:80, service: s, application: { address: 127.0.0.1:81 }, tls: { certificate: { file: c }, key: { file: k }, clientCertificate: { authority: { file: a } } }, tenantFrom: [ spiffe://M/a ]"
            ), at: "/spec/tenantFrom/0", line: 7, "trust domain"),
        Refusal(
            "tenantFrom without client certificates",
            listener(
                "role: inbound, address: 127.0.0.1:80, service: s, application: { address: 127.0.0.1:81 }, tenantFrom: [ spiffe://m/a ]"
            ), at: "/spec/tenantFrom", line: 7, "nobody can prove"),
        Refusal(
            "tls without key",
            listener("role: edge, address: 127.0.0.1:80, tls: { certificate: { file: c } }"),
            at: "/spec/tls/key", line: 7, "is missing"),
        Refusal(
            "tls without key in a list",
            listener(
                "role: edge, address: 127.0.0.1:80, tls: { certificates: [ { certificate: { file: c } } ] }"),
            at: "/spec/tls/certificates/0/key", line: 7, "is missing"),
        Refusal(
            "tls with one certificate and several",
            listener(
                "role: edge, address: 127.0.0.1:80, tls: { certificate: { file: a }, certificates: [ { certificate: { file: c }, key: { file: k } } ] }"
            ), at: "/spec/tls/certificate", line: 7, "stands beside certificates", "put it into the list"),
        Refusal(
            "tls with an empty list",
            listener("role: edge, address: 127.0.0.1:80, tls: { certificates: [] }"),
            at: "/spec/tls/certificates", line: 7, "1 to 64"),
        Refusal(
            "a certificate twice",
            listener(
                "role: edge, address: 127.0.0.1:80, tls: { certificates: [ { certificate: { file: c }, key: { file: k } }, { certificate: { file: c }, key: { file: k } } ] }"
            ), at: "/spec/tls/certificates/1/certificate", line: 7, "listed twice"),
        Refusal(
            "certificate as text",
            listener("role: edge, address: 127.0.0.1:80, tls: { certificate: c, key: { file: k } }"),
            at: "/spec/tls/certificate", line: 7, "must be an object", "file"),
        Refusal(
            "application at port 0",
            listener(
                "role: inbound, address: 127.0.0.1:80, service: s, application: { address: 127.0.0.1:0 }"),
            at: "/spec/application/address", line: 7, "port 0"),
        Refusal(
            "33 trusted hops", listener("role: edge, address: 127.0.0.1:80, trustedHops: 33"),
            at: "/spec/trustedHops", line: 7, "0 to 32"),
        Refusal(
            "head timeout of nothing", listener("role: edge, address: 127.0.0.1:80, headTimeout: 0s"),
            at: "/spec/headTimeout", line: 7, "longer than 0"),
        Refusal(
            "number as timeout", listener("role: edge, address: 127.0.0.1:80, idleTimeout: 30"),
            at: "/spec/idleTimeout", line: 7, "write 30s"),
        Refusal(
            "minimum progress that an honest client cannot make",
            listener("role: edge, address: 127.0.0.1:80, minimumProgress: { bytes: 1048577 }"),
            at: "/spec/minimumProgress/bytes", line: 7, "more than 1MiB", "0 turns"),
        Refusal(
            "minimum progress with an unknown field",
            listener("role: edge, address: 127.0.0.1:80, minimumProgress: { byte: 1 }"),
            at: "/spec/minimumProgress/byte", line: 7, "did you mean 'bytes'"),
        Refusal(
            "access log without path", listener("role: edge, address: 127.0.0.1:80, accessLog: {}"),
            at: "/spec/accessLog/path", line: 7, "is missing"),
        Refusal(
            "share without a unit",
            listener("role: edge, address: 127.0.0.1:80, tracing: { sample: 1 }"),
            at: "/spec/tracing/sample", line: 7, "write 1%"),
        Refusal(
            "share past the whole",
            listener("role: edge, address: 127.0.0.1:80, tracing: { sample: 100.0001% }"),
            at: "/spec/tracing/sample", line: 7, "0% to 100%"),
        Refusal(
            "unknown accept", listener("role: edge, address: 127.0.0.1:80, tracing: { accept: all }"),
            at: "/spec/tracing/accept", line: 7, "is not a value here"),
        Refusal(
            "unknown format",
            listener("role: edge, address: 127.0.0.1:80, tracing: { propagate: [ w3c, b3mult ] }"),
            at: "/spec/tracing/propagate/1", line: 7, "did you mean 'b3multi'?"),
        Refusal(
            "formats without w3c",
            listener("role: edge, address: 127.0.0.1:80, tracing: { propagate: [ b3 ] }"),
            at: "/spec/tracing/propagate", line: 7, "add w3c"),
        Refusal(
            "sample without percent", accessLog("sample: 10"), at: "/spec/accessLog/sample", line: 7,
            "write 10%"),
        Refusal(
            "sample over all", accessLog("sample: 100.1%"), at: "/spec/accessLog/sample", line: 7,
            "0% to 100%"),
        Refusal(
            "sample with five digits", accessLog("sample: 0.00001%"), at: "/spec/accessLog/sample", line: 7,
            "is not a share"),
        Refusal(
            "unknown condition", accessLog("when: error"), at: "/spec/accessLog/when", line: 7, "allowed",
            "errors", "{ slow: 500ms }"),
        Refusal(
            "unknown condition of a list", accessLog("when: [ errors, 6xx ]"),
            at: "/spec/accessLog/when/1", line: 7, "is not a condition"),
        Refusal(
            "condition without a time", accessLog("when: [ { slow: 5 } ]"),
            at: "/spec/accessLog/when/0/slow", line: 7, "write 5s"),
        Refusal(
            "condition of another name", accessLog("when: { slow: 1s, fast: 1s }"),
            at: "/spec/accessLog/when/fast", line: 7, "is not a field here"),
        Refusal(
            "no condition", accessLog("when: []"), at: "/spec/accessLog/when", line: 7, "names nothing"),
        Refusal(
            "17 conditions",
            accessLog("when: [ \(Array(repeating: "{ slow: 1s }", count: 17).joined(separator: ", ")) ]"),
            at: "/spec/accessLog/when", line: 7, "more than 16"),
    ]

    static func accessLog(_ more: String) -> String {
        listener("role: edge, address: 127.0.0.1:80, accessLog: { path: /dev/stdout, \(more) }")
    }

    private func log(_ more: String) throws -> AccessLogSpec? {
        try Reading.accepted(Self.accessLog(more)).listeners.first?.spec.accessLog
    }

    @Test func `an access log says which requests it wants`() throws {
        #expect(try log("sample: 10%")?.sample?.partsPerMillion == 100_000)
        #expect(try log("when: errors")?.when == [.errors])
        #expect(try log("when: { slow: 500ms }")?.when == [.slow(.milliseconds(500))])
        let all = try log(
            "sample: 0.5%, when: [ always, errors, refusals, 1xx, 2xx, 3xx, 4xx, 5xx, { slow: 2s } ]")
        #expect(
            all?.when == [.always, .errors, .refusals] + (1...5).map { .statusClass($0) }
                + [.slow(.seconds(2))])
        let sixteen = Array(repeating: "{ slow: 1s }", count: 16).joined(separator: ", ")
        #expect(try log("when: [ \(sixteen) ]")?.when.count == 16)
    }

    @Test func `without a sample conditions choose, and without both every request has a line`() throws {
        #expect(try log("when: errors")?.effectiveSample == Share.nothing)
        #expect(try log("sample: 100%")?.effectiveSample == Share.all)
        #expect(try log("sample: 1%, when: errors")?.effectiveSample.partsPerMillion == 10_000)
        #expect(AccessLogSpec(path: "/dev/stdout").effectiveSample == Share.all)
    }

    static let services: [Refusal] = [
        Refusal("no endpoints", service("protocol: http1"), at: "/spec/endpoints", line: 3, "is missing"),
        Refusal("empty endpoints", service("endpoints: []"), at: "/spec/endpoints", line: 3, "is empty"),
        Refusal(
            "other protocol", service("endpoints: [ { address: 10.0.0.1:80 } ], protocol: grpc"),
            at: "/spec/protocol", line: 3, "not in this version"),
        Refusal(
            "later field", service("endpoints: [ { address: 10.0.0.1:80 } ], healthCheck: {}"),
            at: "/spec/healthCheck", line: 3, "not in this version"),
        Refusal(
            "weight 0", service("endpoints: [ { address: 10.0.0.1:80, weight: 0 } ]"),
            at: "/spec/endpoints/0/weight", line: 3, "1 to 1000"),
        Refusal(
            "weight 1001", service("endpoints: [ { address: 10.0.0.1:80, weight: 1001 } ]"),
            at: "/spec/endpoints/0/weight", line: 3, "1 to 1000"),
        Refusal(
            "quoted weight", service("endpoints: [ { address: 10.0.0.1:80, weight: \"5\" } ]"),
            at: "/spec/endpoints/0/weight", line: 3, "whole number"),
        Refusal(
            "same endpoint twice",
            service("endpoints: [ { address: 10.0.0.1:80 }, { address: 10.0.0.1:80 } ]"),
            at: "/spec/endpoints/1/address", line: 3, "listed twice"),
        Refusal(
            "every address", service("endpoints: [ { address: 0.0.0.0:80 } ]"),
            at: "/spec/endpoints/0/address", line: 3, "every address"),
        Refusal(
            "unknown balancing", service("endpoints: [ { address: 10.0.0.1:80 } ], balancing: roundrobin"),
            at: "/spec/balancing", line: 3, "did you mean 'roundRobin'?"),
        Refusal(
            "tls without authority",
            service("endpoints: [ { address: 10.0.0.1:80 } ], tls: { serverName: a.test }"),
            at: "/spec/tls/authority", line: 3, "is missing"),
        Refusal(
            "tls that trusts anyone",
            service("endpoints: [ { address: 10.0.0.1:80 } ], tls: { authority: { file: a } }"),
            at: "/spec/tls", line: 3, "who must answer"),
        Refusal(
            "certificate without key",
            service(
                "endpoints: [ { address: 10.0.0.1:80 } ], tls: { authority: { file: a }, serverName: a.test, certificate: { file: c } }"
            ), at: "/spec/tls/key", line: 3, "go together"),
        Refusal(
            "peer that is no identity",
            service(
                "endpoints: [ { address: 10.0.0.1:80 } ], tls: { authority: { file: a }, peer: backend }"),
            at: "/spec/tls/peer", line: 3, "spiffe://"),
        Refusal(
            "pool past its limit",
            service("endpoints: [ { address: 10.0.0.1:80 } ], pool: { maxIdle: 65537 }"),
            at: "/spec/pool/maxIdle", line: 3, "65536"),
        Refusal(
            "connect timeout past a day",
            service("endpoints: [ { address: 10.0.0.1:80 } ], connectTimeout: 25h"),
            at: "/spec/connectTimeout", line: 3, "at most 1d"),
    ]

    static let routes: [Refusal] = [
        Refusal("no access", route("hosts: [ a.test ]"), at: "/spec/access", line: 7, "is missing"),
        Refusal(
            "unknown access", route("access: pubic"), at: "/spec/access", line: 7, "did you mean 'public'?"),
        Refusal(
            "unknown tracing of errors", route("access: public, tracing: { errors: alway }"),
            at: "/spec/tracing/errors", line: 7, "did you mean 'always'?"),
        Refusal("access of nobody", route("access: []"), at: "/spec/access", line: 7, "nobody could call"),
        Refusal(
            "access by a policy", route("access: [ agents ]"), at: "/spec/access/0", line: 7,
            "not in this version"),
        Refusal(
            "access by a bad identity", route("access: [ spiffe://m ]"), at: "/spec/access/0", line: 7,
            "has no path"),
        Refusal(
            "webhook access without webhook", route("access: webhook"), at: "/spec/webhook", line: 7,
            "is missing"),
        Refusal(
            "webhook without webhook access", route("access: public, webhook: w"), at: "/spec/webhook",
            line: 7, "only used with access: webhook"),
        Refusal(
            "later field", route("access: public, retry: {}"), at: "/spec/retry", line: 7,
            "not in this version"),
        Refusal(
            "unknown field", route("access: public, match: []"), at: "/spec/match", line: 7,
            "did you mean 'matches'?"),
        Refusal(
            "no matches", route("access: public, matches: []"), at: "/spec/matches", line: 7,
            "nothing would match"),
        Refusal(
            "match that says nothing", route("access: public, matches: [ {} ]"), at: "/spec/matches/0",
            line: 7, "says nothing"),
        Refusal(
            "two kinds of path", route("access: public, matches: [ { path: { exact: /, prefix: / } } ]"),
            at: "/spec/matches/0/path", line: 7, "exactly one"),
        Refusal(
            "path without slash", route("access: public, matches: [ { path: { prefix: a } } ]"),
            at: "/spec/matches/0/path/prefix", line: 7, "start with '/'"),
        Refusal(
            "path with query", route("access: public, matches: [ { path: { exact: \"/a?b\" } } ]"),
            at: "/spec/matches/0/path/exact", line: 7, "query"),
        Refusal(
            "path with dots", route("access: public, matches: [ { path: { prefix: /a/../b } } ]"),
            at: "/spec/matches/0/path/prefix", line: 7, "'..'"),
        Refusal(
            "path with empty segment", route("access: public, matches: [ { path: { prefix: /a//b } } ]"),
            at: "/spec/matches/0/path/prefix", line: 7, "empty segment"),
        Refusal(
            "path with encoded slash", route("access: public, matches: [ { path: { prefix: /a%2Fb } } ]"),
            at: "/spec/matches/0/path/prefix", line: 7, "slash"),
        Refusal(
            "path encoded twice", route("access: public, matches: [ { path: { prefix: /a%2541 } } ]"),
            at: "/spec/matches/0/path/prefix", line: 7, "twice"),
        Refusal(
            "parameter in a prefix", route("access: public, matches: [ { path: { prefix: \"/{a}\" } } ]"),
            at: "/spec/matches/0/path/prefix", line: 7, "template"),
        Refusal(
            "parameter in part of a segment",
            route("access: public, matches: [ { path: { template: \"/a{b}\" } } ]"),
            at: "/spec/matches/0/path/template", line: 7, "whole segment"),
        Refusal(
            "rest before the end", route("access: public, matches: [ { path: { template: \"/{a**}/b\" } } ]"),
            at: "/spec/matches/0/path/template", line: 7, "only at the end"),
        Refusal(
            "parameter twice", route("access: public, matches: [ { path: { template: \"/{a}/{a}\" } } ]"),
            at: "/spec/matches/0/path/template", line: 7, "twice"),
        Refusal(
            "parameter without name", route("access: public, matches: [ { path: { template: \"/{}\" } } ]"),
            at: "/spec/matches/0/path/template", line: 7, "whole segment"),
        Refusal(
            "method that is no token", route("access: public, matches: [ { methods: [ \"G T\" ] } ]"),
            at: "/spec/matches/0/methods/0", line: 7, "not a method"),
        Refusal(
            "method in lower case", route("access: public, matches: [ { methods: [ get ] } ]"),
            at: "/spec/matches/0/methods/0", line: 7, "write GET"),
        Refusal(
            "CONNECT", route("access: public, matches: [ { methods: [ CONNECT ] } ]"),
            at: "/spec/matches/0/methods/0", line: 7, "every listener"),
        Refusal(
            "header match without value", route("access: public, matches: [ { headers: [ { name: a } ] } ]"),
            at: "/spec/matches/0/headers/0", line: 7, "exactly one"),
        Refusal(
            "header match with bad name",
            route("access: public, matches: [ { headers: [ { name: \"a b\", present: true } ] } ]"),
            at: "/spec/matches/0/headers/0/name", line: 7, "header name"),
        Refusal(
            "absence", route("access: public, matches: [ { query: [ { name: a, present: false } ] } ]"),
            at: "/spec/matches/0/query/0/present", line: 7, "must be true"),
        Refusal(
            "host in upper case", route("access: public, hosts: [ A.test ]"), at: "/spec/hosts/0", line: 7,
            "write a.test"),
        Refusal(
            "host with port", route("access: public, hosts: [ \"a.test:80\" ]"), at: "/spec/hosts/0", line: 7,
            "port"),
        Refusal(
            "host of everything", route("access: public, hosts: [ \"*\" ]"), at: "/spec/hosts/0", line: 7,
            "leave hosts out"),
        Refusal(
            "host with a dot at its end", route("access: public, hosts: [ a.test. ]"), at: "/spec/hosts/0",
            line: 7, "dot"),
        Refusal(
            "wildcard inside", route("access: public, hosts: [ a.*.test ]"), at: "/spec/hosts/0", line: 7,
            "host name"),
        Refusal(
            "request timeout past a day", route("access: public, timeouts: { request: 86401s }"),
            at: "/spec/timeouts/request", line: 7, "at most 1d"),
        Refusal(
            "timeout that is none", route("access: public, timeouts: { idle: soon }"),
            at: "/spec/timeouts/idle", line: 7, "not a duration"),
        Refusal(
            "size in kB", route("access: public, maxBodyBytes: 64kB"), at: "/spec/maxBodyBytes", line: 7,
            "write 64KiB"),
        Refusal(
            "negative size", route("access: public, maxBodyBytes: -1"), at: "/spec/maxBodyBytes", line: 7,
            "negative"),
        Refusal(
            "content-length", route("access: public, requestHeaders: { set: { Content-Length: \"1\" } }"),
            at: "/spec/requestHeaders/set/Content-Length", line: 7, "framing"),
        Refusal(
            "transfer-encoding",
            route("access: public, responseHeaders: { add: { transfer-encoding: chunked } }"),
            at: "/spec/responseHeaders/add/transfer-encoding", line: 7, "framing"),
        Refusal(
            "connection", route("access: public, requestHeaders: { remove: [ Connection ] }"),
            at: "/spec/requestHeaders/remove/0", line: 7, "framing"),
        Refusal(
            "second host", route("access: public, requestHeaders: { add: { host: a } }"),
            at: "/spec/requestHeaders/add/host", line: 7, "only be set"),
        Refusal(
            "header value with a line",
            route("access: public, requestHeaders: { set: { a: \"b\\r\\nc: d\" } }"),
            at: "/spec/requestHeaders/set/a", line: 7, "control character"),
        Refusal(
            "header name in two cases", route("access: public, requestHeaders: { set: { a: b, A: c } }"),
            at: "/spec/requestHeaders/set/A", line: 7, "no case"),
    ]

    @Test(arguments: listeners)
    func `a listener that cannot run is refused`(refusal: Refusal) { refusal.check() }

    @Test(arguments: services)
    func `a service that cannot be reached is refused`(refusal: Refusal) { refusal.check() }

    @Test(arguments: routes)
    func `a route that would not do what it says is refused`(refusal: Refusal) { refusal.check() }

    @Test(arguments: [1, 1_000]) func `weights from 1 to 1000 are accepted`(weight: Int) {
        #expect(
            Reading.problems(Self.service("endpoints: [ { address: 10.0.0.1:80, weight: \(weight) } ]"))
                .isEmpty)
    }

    @Test(arguments: [
        service("endpoints: [ { address: 10.0.0.1:80 } ], connectTimeout: 1d"),
        service("endpoints: [ { address: 10.0.0.1:80 } ], pool: { maxIdle: 0 }"),
        service("endpoints: [ { address: 10.0.0.1:80 } ], pool: { maxIdle: 65536 }"),
        listener("role: edge, address: 127.0.0.1:80, trustedHops: 32"),
        route("access: public, order: 1000000"), route("access: public, order: -1000000"),
    ])
    func `a number at its limit is accepted`(text: String) { #expect(Reading.problems(text).isEmpty) }

    @Test(arguments: [1_000_001, -1_000_001]) func `an order past its limit is refused`(order: Int) {
        #expect(
            Reading.problems(Self.route("access: public, order: \(order)")).map(\.pointer) == ["/spec/order"])
    }

    @Test func `a host of 253 bytes is accepted, one more is not`() {
        func problems(_ bytes: Int) -> [Problem] {
            let label = String(repeating: "a", count: 49) + "."
            let host = String(repeating: label, count: 5) + String(repeating: "b", count: bytes - 250)
            return Reading.problems(Self.route("access: public, hosts: [ \(host) ]"))
        }
        #expect(problems(253).isEmpty)
        #expect(problems(254).map(\.pointer) == ["/spec/hosts/0"])
    }

    @Test(arguments: ["1ns", "24h", "1d", "86400s"]) func `timeouts up to a day are accepted`(span: String) {
        #expect(Reading.problems(Self.route("access: public, timeouts: { request: \(span) }")).isEmpty)
    }

    @Test func `a trailing slash of a prefix adds nothing`() throws {
        let mesh = try Reading.accepted(
            Self.route("access: public, matches: [ { path: { prefix: /api/ } } ]"))
        #expect(mesh.routes[0].spec.matches[0].path == .prefix("/api"))
    }

    @Test func `a path of 8192 bytes is accepted, one more is not`() {
        func problems(_ count: Int) -> [Problem] {
            let path = "/" + String(repeating: "a", count: count - 1)
            return Reading.problems(Self.route("access: public, matches: [ { path: { exact: \(path) } } ]"))
        }
        #expect(problems(8_192).isEmpty)
        #expect(problems(8_193).map(\.pointer) == ["/spec/matches/0/path/exact"])
    }
}
