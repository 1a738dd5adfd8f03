import MeshModel
import Testing

/// What resources say wrong about each other.
@Suite struct SetTests {
    static let service = "kind: Service\nname: s\nspec: { endpoints: [ { address: 10.0.0.1:80 } ] }\n"
    static let acme =
        "---\nkind: Tenant\nname: acme\nspec: { hosts: [ acme.test, \"*.acme.test\" ], egress: { cidrs: [ 10.1.0.0/16, \"fd00:1::/32\" ] } }\n"
    static let globex = "---\nkind: Tenant\nname: globex\nspec: { hosts: [ globex.test ] }\n"
    static let meta =
        "---\nkind: Webhook\nname: meta\nspec: { provider: whatsapp, secrets: [ { env: S } ] }\n"
    static let desk =
        "---\nkind: Webhook\nname: desk\nspec: { provider: genesys, channelFrom: path.channel }\n"
    /// Nineteen lines.
    static let base = service + acme + globex + meta + desk

    static func route(_ spec: String, tenant: String? = nil) -> String {
        base + "---\nkind: Route\nname: r\n\(tenant.map { "tenant: \($0)" } ?? "# mesh")\nspec: { \(spec) }\n"
    }

    static func channel(_ name: String, _ tenant: String, _ spec: String) -> String {
        "---\nkind: Channel\nname: \(name)\ntenant: \(tenant)\nspec: { \(spec) }\n"
    }

    static func service(_ address: String, tenant: String) -> String {
        base
            + "---\nkind: Service\nname: own\ntenant: \(tenant)\nspec: { endpoints: [ { address: \"\(address)\" } ] }\n"
    }

    static func listeners(_ first: String, _ second: String) -> String {
        "kind: Listener\nname: a\nspec: { role: edge, address: \"\(first)\" }\n---\nkind: Listener\nname: b\nspec: { role: edge, address: \"\(second)\" }\n"
    }

    static func loop(_ listener: String, _ endpoint: String) -> String {
        "kind: Listener\nname: a\nspec: { role: edge, address: \"\(listener)\" }\n---\nkind: Service\nname: s\nspec: { endpoints: [ { address: \"\(endpoint)\" } ] }\n"
    }

    static let references: [Refusal] = [
        Refusal(
            "missing service", route("access: public, backends: [ { service: z } ]"),
            at: "/spec/backends/0/service", line: 24, "Service 'z', which does not exist"),
        Refusal(
            "misspelt listener", route("access: public, backends: [ { service: s } ], listeners: [ front ]"),
            at: "/spec/listeners/0", line: 24, "Listener 'front'"),
        Refusal(
            "missing webhook", route("access: webhook, backends: [ { service: s } ], webhook: mata"),
            at: "/spec/webhook", line: 24, "did you mean 'meta'?"),
        Refusal(
            "missing tenant",
            base + "---\nkind: Webhook\nname: w\ntenant: amce\nspec: { provider: genesys }\n", at: "/tenant",
            line: 23, "did you mean 'acme'?"),
        Refusal(
            "webhook without {channel}",
            route(
                "access: webhook, backends: [ { service: s } ], webhook: desk, matches: [ { path: { exact: /g } } ]"
            ), at: "/spec/matches/0/path", line: 24, "{channel}"),
        Refusal(
            "webhook without matches", route("access: webhook, backends: [ { service: s } ], webhook: desk"),
            at: "/spec/matches/0/path", line: 24, "{channel}"),
        Refusal(
            "inbound listener without its service",
            "kind: Listener\nname: l\nspec: { role: inbound, address: 127.0.0.1:1, service: z, application: { address: 127.0.0.1:2 } }",
            at: "/spec/service", line: 3, "does not exist"),
        Refusal(
            "service of another tenant",
            base
                + "---\nkind: Service\nname: own\ntenant: acme\nspec: { endpoints: [ { address: 10.1.0.1:80 } ] }\n---\nkind: Route\nname: r\ntenant: globex\nspec: { access: public, backends: [ { service: own } ] }\n",
            at: "/spec/backends/0/service", line: 29, "tenant 'acme' has one"),
        Refusal(
            "route at an inbound listener",
            service
                + "---\nkind: Listener\nname: l\nspec: { role: inbound, address: 127.0.0.1:1, service: s, application: { address: 127.0.0.1:2 } }\n---\nkind: Route\nname: r\nspec: { access: public, listeners: [ l ], backends: [ { service: s } ] }",
            at: "/spec/listeners/0", line: 11, "role is inbound"),
    ]

    static let ownership: [Refusal] = [
        Refusal(
            "host of two tenants", base + "---\nkind: Tenant\nname: evil\nspec: { hosts: [ acme.test ] }\n",
            at: "/spec/hosts/0", line: 23, "belongs to tenant 'acme'"),
        Refusal(
            "wildcard of two tenants",
            base + "---\nkind: Tenant\nname: evil\nspec: { hosts: [ \"*.acme.test\" ] }\n",
            at: "/spec/hosts/0", line: 23, "belongs to tenant 'acme'"),
        Refusal(
            "host under another tenant's wildcard",
            base + "---\nkind: Tenant\nname: evil\nspec: { hosts: [ a.b.acme.test ] }\n", at: "/spec/hosts/0",
            line: 23, "belongs to tenant 'acme'"),
        Refusal(
            "route on another tenant's host",
            route("access: public, backends: [ { service: s } ], hosts: [ acme.test ]", tenant: "globex"),
            at: "/spec/hosts/0", line: 24, "not a host of tenant 'globex'"),
        Refusal(
            "route on nobody's host",
            route("access: public, backends: [ { service: s } ], hosts: [ free.test ]", tenant: "acme"),
            at: "/spec/hosts/0", line: 24, "its hosts"),
        Refusal(
            "route of a tenant without hosts",
            base
                + "---\nkind: Tenant\nname: poor\nspec: {}\n---\nkind: Route\nname: r\ntenant: poor\nspec: { access: public, backends: [ { service: s } ] }\n",
            at: "/spec/hosts", line: 28, "owns no host"),
        Refusal(
            "tenant sets x-outrigger",
            route(
                "access: public, backends: [ { service: s } ], requestHeaders: { set: { X-Outrigger-Tenant: globex } }",
                tenant: "acme"), at: "/spec/requestHeaders/set/X-Outrigger-Tenant", line: 24, "the mesh's own"
        ),
        Refusal(
            "tenant sets forwarding",
            route(
                "access: public, backends: [ { service: s } ], requestHeaders: { add: { x-forwarded-for: a } }",
                tenant: "acme"), at: "/spec/requestHeaders/add/x-forwarded-for", line: 24, "the mesh's own"),
        Refusal(
            "tenant removes traceparent",
            route(
                "access: public, backends: [ { service: s } ], requestHeaders: { remove: [ traceparent ] }",
                tenant: "acme"), at: "/spec/requestHeaders/remove/0", line: 24, "the mesh's own"),
        Refusal(
            "tenant sets host",
            route(
                "access: public, backends: [ { service: s } ], requestHeaders: { set: { Host: a } }",
                tenant: "acme"), at: "/spec/requestHeaders/set/Host", line: 24, "decides routing"),
        Refusal(
            "endpoint outside the blocks", service("10.2.0.1:80", tenant: "acme"),
            at: "/spec/endpoints/0/address", line: 24, "outside the egress blocks", "10.1.0.0/16"),
        Refusal(
            "endpoint of a tenant without blocks", service("10.1.0.1:80", tenant: "globex"),
            at: "/spec/endpoints/0/address", line: 24, "has none"),
        Refusal(
            "loopback", service("127.0.0.1:80", tenant: "acme"), at: "/spec/endpoints/0/address", line: 24,
            "loopback"),
        Refusal(
            "IPv6 loopback", service("[::1]:80", tenant: "acme"), at: "/spec/endpoints/0/address", line: 24,
            "loopback"),
        Refusal(
            "mapped loopback", service("[::ffff:127.0.0.1]:80", tenant: "acme"),
            at: "/spec/endpoints/0/address", line: 24, "loopback"),
        Refusal(
            "cloud metadata", service("169.254.169.254:80", tenant: "acme"), at: "/spec/endpoints/0/address",
            line: 24, "link-local"),
        Refusal(
            "IPv6 link-local", service("[fe80::1]:80", tenant: "acme"), at: "/spec/endpoints/0/address",
            line: 24, "link-local"),
        Refusal(
            "Unix socket", service("unix:/run/x", tenant: "acme"), at: "/spec/endpoints/0/address", line: 24,
            "Unix socket"),
        Refusal(
            "block with bits past its prefix",
            "kind: Tenant\nname: a\nspec: { egress: { cidrs: [ 10.1.2.3/16 ] } }", at: "/spec/egress/cidrs/0",
            line: 3, "CIDR"),
    ]

    static let channels: [Refusal] = [
        Refusal(
            "phone number twice",
            base + channel("a", "acme", "provider: whatsapp, phoneNumberId: \"1\", webhook: meta")
                + channel("b", "acme", "provider: whatsapp, phoneNumberId: \"1\", webhook: meta"),
            at: "/spec/phoneNumberId", line: 29, "Channel acme/a"),
        Refusal(
            "integration twice",
            base
                + channel(
                    "a", "acme",
                    "provider: genesys, integrationId: i, webhook: desk, verify: { secrets: [ { env: S } ] }")
                + channel(
                    "b", "globex",
                    "provider: genesys, integrationId: i, webhook: desk, verify: { secrets: [ { env: S } ] }"),
            at: "/spec/integrationId", line: 29, "mesh-wide"),
        Refusal(
            "account of two tenants",
            base
                + channel(
                    "a", "acme",
                    "provider: whatsapp, phoneNumberId: \"1\", businessAccountId: \"9\", webhook: meta")
                + channel(
                    "b", "globex",
                    "provider: whatsapp, phoneNumberId: \"2\", businessAccountId: \"9\", webhook: meta"),
            at: "/spec/businessAccountId", line: 29, "tenants may not"),
        Refusal(
            "webhook of the other provider",
            base + channel("a", "acme", "provider: whatsapp, phoneNumberId: \"1\", webhook: desk"),
            at: "/spec/webhook", line: 24, "one provider"),
        Refusal(
            "missing webhook",
            base + channel("a", "acme", "provider: whatsapp, phoneNumberId: \"1\", webhook: z"),
            at: "/spec/webhook", line: 24, "does not exist"),
        Refusal(
            "number as id",
            base + channel("a", "acme", "provider: whatsapp, phoneNumberId: 106540352242922, webhook: meta"),
            at: "/spec/phoneNumberId", line: 24, "quote it"),
        Refusal(
            "whatsapp without ids", base + channel("a", "acme", "provider: whatsapp, webhook: meta"),
            at: "/spec/phoneNumberId", line: 24, "is missing"),
        Refusal(
            "whatsapp with own secrets",
            base
                + channel(
                    "a", "acme",
                    "provider: whatsapp, phoneNumberId: \"1\", webhook: meta, verify: { secrets: [ { env: S } ] }"
                ), at: "/spec/verify", line: 24, "belongs to provider genesys"),
        Refusal(
            "genesys without integration",
            base
                + channel(
                    "a", "acme", "provider: genesys, webhook: desk, verify: { secrets: [ { env: S } ] }"),
            at: "/spec/integrationId", line: 24, "is missing"),
        Refusal(
            "genesys without secrets",
            base + channel("a", "acme", "provider: genesys, integrationId: i, webhook: desk"),
            at: "/spec/verify", line: 24, "is missing"),
        Refusal(
            "genesys with no secret",
            base
                + channel(
                    "a", "acme", "provider: genesys, integrationId: i, webhook: desk, verify: { secrets: [] }"
                ), at: "/spec/verify/secrets", line: 24, "is empty"),
        Refusal(
            "two channels and no path",
            service + acme + "---\nkind: Webhook\nname: w\nspec: { provider: genesys }\n"
                + channel(
                    "a", "acme",
                    "provider: genesys, integrationId: i, webhook: w, verify: { secrets: [ { env: S } ] }")
                + channel(
                    "b", "acme",
                    "provider: genesys, integrationId: j, webhook: w, verify: { secrets: [ { env: S } ] }"),
            at: "/spec/webhook", line: 21, "path.channel"),
        Refusal(
            "whatsapp webhook without secrets", "kind: Webhook\nname: w\nspec: { provider: whatsapp }",
            at: "/spec/secrets", line: 3, "is missing"),
        Refusal(
            "whatsapp webhook with no secret",
            "kind: Webhook\nname: w\nspec: { provider: whatsapp, secrets: [] }", at: "/spec/secrets", line: 3,
            "is empty"),
        Refusal(
            "whatsapp webhook by path",
            "kind: Webhook\nname: w\nspec: { provider: whatsapp, secrets: [ { env: S } ], channelFrom: path.channel }",
            at: "/spec/channelFrom", line: 3, "belongs to provider genesys"),
        Refusal(
            "genesys webhook with secrets",
            "kind: Webhook\nname: w\nspec: { provider: genesys, secrets: [ { env: S } ] }",
            at: "/spec/secrets", line: 3, "Channel's own"),
        Refusal(
            "secret that says two things",
            "kind: Webhook\nname: w\nspec: { provider: whatsapp, secrets: [ { env: S, file: f } ] }",
            at: "/spec/secrets/0", line: 3, "exactly one"),
        Refusal(
            "secret resource",
            "kind: Webhook\nname: w\nspec: { provider: whatsapp, secrets: [ { secret: s } ] }",
            at: "/spec/secrets/0/secret", line: 3, "not in this version"),
    ]

    static let addresses: [Refusal] = [
        Refusal(
            "same address twice", listeners("127.0.0.1:80", "127.0.0.1:80"), at: "/spec/address", line: 7,
            "Listener 'a' (mesh.yaml:1)"),
        Refusal(
            "every address and one", listeners("0.0.0.0:80", "127.0.0.1:80"), at: "/spec/address", line: 7,
            "is taken"),
        Refusal(
            "one and every IPv6 address", listeners("[::1]:80", "[::]:80"), at: "/spec/address", line: 7,
            "is taken"),
        Refusal(
            "same socket", listeners("unix:/run/a", "unix:/run/a"), at: "/spec/address", line: 7, "is taken"),
        Refusal(
            "endpoint is a listener", loop("127.0.0.1:80", "127.0.0.1:80"), at: "/spec/endpoints/0/address",
            line: 7, "own Listener 'a'"),
        Refusal(
            "endpoint behind every address", loop("0.0.0.0:80", "127.0.0.1:80"),
            at: "/spec/endpoints/0/address", line: 7, "own Listener 'a'"),
        Refusal(
            "endpoint behind every IPv6 address", loop("[::]:80", "127.0.0.2:80"),
            at: "/spec/endpoints/0/address", line: 7, "own Listener 'a'"),
        Refusal(
            "mapped endpoint", loop("127.0.0.1:80", "[::ffff:127.0.0.1]:80"), at: "/spec/endpoints/0/address",
            line: 7, "own Listener 'a'"),
        Refusal(
            "socket endpoint", loop("unix:/run/a", "unix:/run/a"), at: "/spec/endpoints/0/address", line: 7,
            "own Listener 'a'"),
        Refusal(
            "application is the listener",
            service
                + "---\nkind: Listener\nname: l\nspec: { role: inbound, address: 0.0.0.0:80, service: s, application: { address: 127.0.0.1:80 } }",
            at: "/spec/application/address", line: 7, "circles"),
    ]

    @Test(arguments: references) func `a name that leads nowhere is refused`(refusal: Refusal) {
        refusal.check()
    }
    @Test(arguments: ownership) func `what is not the tenant's own is refused`(refusal: Refusal) {
        refusal.check()
    }
    @Test(arguments: channels) func `an account that is not one channel's is refused`(refusal: Refusal) {
        refusal.check()
    }
    @Test(arguments: addresses) func `addresses that collide or loop are refused`(refusal: Refusal) {
        refusal.check()
    }

    @Test(arguments: [
        listeners("127.0.0.1:80", "127.0.0.2:80"), listeners("127.0.0.1:0", "127.0.0.1:0"),
        listeners("0.0.0.0:80", "[::]:80"), loop("127.0.0.1:80", "127.0.0.1:81"),
        loop("127.0.0.1:80", "127.0.0.2:80"),
        loop("0.0.0.0:80", "10.0.0.1:80"), service("10.1.255.255:80", tenant: "acme"),
        service("[fd00:1:ffff::1]:80", tenant: "acme"),
        route(
            "access: public, backends: [ { service: s } ], hosts: [ \"*.a.acme.test\", x.acme.test ]",
            tenant: "acme"),
        route(
            "access: public, backends: [ { service: s } ], requestHeaders: { set: { x-outrigger-zone: b, Host: b } }"
        ),
        base
            + channel(
                "a", "acme",
                "provider: whatsapp, phoneNumberId: \"1\", businessAccountId: \"9\", webhook: meta")
            + channel(
                "b", "acme",
                "provider: whatsapp, phoneNumberId: \"2\", businessAccountId: \"9\", webhook: meta"),
    ])
    func `what only looks alike is accepted`(text: String) { #expect(Reading.problems(text).isEmpty) }

    @Test func `a tenant's own service goes before the mesh's`() {
        let text = Self.service("10.1.0.1:80", tenant: "acme").replacingFirst("name: own", with: "name: s")
        #expect(
            Reading.problems(
                text
                    + "---\nkind: Route\nname: r\ntenant: acme\nspec: { access: public, backends: [ { service: s } ] }\n"
            ).isEmpty)
    }
}
