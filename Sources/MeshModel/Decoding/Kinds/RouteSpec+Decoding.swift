extension RouteSpec {
    static let fieldNames = [
        "access", "listeners", "hosts", "matches", "order", "backends", "webhook", "timeouts",
        "requestHeaders",
        "responseHeaders", "maxBodyBytes", "tracing",
    ]
    static let laterFieldNames = [
        "retry", "hedge", "fallback", "mirror", "fault", "delivery", "tenantOverride", "policies",
        "transform",
        "rateLimit", "queue", "validate", "schema",
    ]

    /// Complete even where `access` is missing: that is reported, so the spec is only used to check the rest.
    init(decoding fields: FieldReader) {
        fields.require("access", hint: "access: public, access: webhook, or a list of identities")
        fields.require("backends", hint: "backends: [ { service: … } ]")
        let access = Access(decoding: fields)
        var spec = RouteSpec(access: access ?? .public)
        spec.listeners = fields.texts("listeners") ?? []
        spec.hosts = fields.hosts("hosts")
        let matches = fields.objects("matches", known: Match.fieldNames) { Match(decoding: $0) }
        if let matches, matches.isEmpty {
            fields.refuse(
                "matches", because: "is empty: nothing would match", hint: "leave it out to match everything")
        }
        var everything = Match()
        everything.path = .prefix("/")
        spec.matches = matches ?? (fields.has("matches") ? [] : [everything])
        if let order = fields.integer("order", in: ConfigurationLimits.orders) { spec.order = order }
        let backends = fields.objects("backends", known: ["service", "weight"]) { Backend(decoding: $0) }
        if let backends, backends.isEmpty {
            fields.refuse("backends", because: "is empty", hint: "name at least one service")
        }
        spec.backends = backends ?? []
        spec.webhook = fields.text("webhook")
        if let timeouts = fields.object("timeouts", known: ["request", "idle"]) {
            if let span = timeouts.timeSpan("request") { spec.timeouts.request = span }
            if let span = timeouts.timeSpan("idle") { spec.timeouts.idle = span }
        }
        if let tracing = fields.object("tracing", known: Tracing.fieldNames) {
            spec.tracing = Tracing(decoding: tracing)
        }
        let isTenants = fields.document.resource?.tenant != nil
        spec.requestHeaders = HeaderOperations(
            decoding: fields, "requestHeaders", isRequest: true, isTenants: isTenants)
        spec.responseHeaders =
            HeaderOperations(decoding: fields, "responseHeaders", isRequest: false, isTenants: isTenants)
        spec.maxBodyBytes = fields.byteSize("maxBodyBytes")
        if access == .webhook {
            fields.require("webhook", hint: "the Webhook that verifies the deliveries")
        } else if access != nil, fields.has("webhook") {
            fields.refuse("webhook", atKey: true, because: "is only used with access: webhook")
        }
        self = spec
    }
}

extension RouteSpec.Access {
    init?(decoding fields: FieldReader) {
        guard let node = fields.node("access") else { return nil }
        switch node.content {
        case .text("public"): self = .public
        case .text("webhook"): self = .webhook
        case .text(let word):
            fields.refuse(
                "access", because: "\(Quoted.text(word)) is not a value here",
                hint: Suggestion.nearest(to: word, among: ["public", "webhook"]).map {
                    "did you mean '\($0)'?"
                }
                    ?? "public, webhook, or a list of identities, as [ spiffe://mesh.test/service/portal ]")
            return nil
        case .list(let items):
            if items.isEmpty {
                fields.refuse("access", because: "is empty: nobody could call", hint: "name who may call")
                return nil
            }
            let names = fields.texts("access") { name, index in
                if name.hasPrefix("spiffe:") {
                    _ = fields.identity(name, at: ["access", .item(index)])
                } else {
                    fields.refuse(
                        "access", .item(index),
                        because:
                            "\(Quoted.text(name)) would name a policy, a kind that is not in this version",
                        hint: "use SPIFFE IDs, as spiffe://mesh.test/service/portal")
                }
            }
            guard let names else { return nil }
            self = .named(names)
        case .refused: return nil
        default:
            fields.refuse(
                "access", because: "is \(node.kindName), must be public, webhook or a list of identities")
            return nil
        }
    }
}

extension RouteSpec.Backend {
    init?(decoding fields: FieldReader) {
        fields.require("service", hint: "the name of a Service")
        let weight = fields.integer("weight", in: ConfigurationLimits.weights)
        guard let service = fields.text("service") else { return nil }
        self.init(service: service)
        if let weight { self.weight = weight }
    }
}
