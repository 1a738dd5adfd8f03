extension ListenerSpec {
    static let fieldNames = [
        "role", "address", "tls", "service", "application", "tenantFrom", "trustedHops", "accessLog",
        "tracing", "headTimeout", "idleTimeout", "minimumProgress",
    ]

    init?(decoding fields: FieldReader) {
        fields.require("role", hint: "role: edge, or role: inbound")
        fields.require("address", hint: "address: 127.0.0.1:8080")
        let role = fields.choice("role", of: Role.self)
        let address = fields.address("address")
        // The rest is decoded in any case, for its problems.
        var spec = ListenerSpec(role: role ?? .edge, address: address ?? .unix(path: "/"))
        spec.tls = fields.object("tls", known: ServerTLSSpec.fieldNames).flatMap(
            ServerTLSSpec.init(decoding:))
        spec.service = fields.text("service")
        spec.application = fields.object("application", known: ["address", "protocol"])
            .flatMap(Application.init(decoding:))
        let tenantFrom = fields.texts("tenantFrom") { text, index in
            _ = fields.identity(text, at: ["tenantFrom", .item(index)])
        }
        spec.tenantFrom = tenantFrom ?? []
        if let hops = fields.integer("trustedHops", in: ConfigurationLimits.trustedHops) {
            spec.trustedHops = hops
        }
        spec.accessLog = fields.object("accessLog", known: AccessLogSpec.fieldNames).flatMap(
            AccessLogSpec.init(decoding:))
        if let tracing = fields.object("tracing", known: Tracing.fieldNames) {
            spec.tracing = Tracing(decoding: tracing)
        }
        if let span = fields.timeSpan("headTimeout") { spec.headTimeout = span }
        if let span = fields.timeSpan("idleTimeout") { spec.idleTimeout = span }
        if let progress = fields.object("minimumProgress", known: ["bytes", "window"]) {
            spec.minimumProgress = MinimumProgress(decoding: progress)
        }
        guard let role else { return nil }
        spec.checkRole(fields)
        guard role != .outbound, address != nil else { return nil }
        self = spec
    }

    private func checkRole(_ fields: FieldReader) {
        switch role {
        case .outbound:
            fields.refuse("role", because: "'outbound' is not in this version", hint: "use edge or inbound")
        case .edge:
            for name in ["application", "service"] where fields.has(name) {
                fields.refuse(
                    .field(name), atKey: true, because: "belongs to role inbound",
                    hint: "an edge listener sends where its routes say")
            }
            if fields.has("tenantFrom") {
                fields.refuse(
                    "tenantFrom", atKey: true, because: "belongs to role inbound",
                    hint: "at the edge x-outrigger-tenant is always dropped")
            }
        case .inbound:
            fields.require("service", hint: "the local service that this listener stands before")
            fields.require("application", hint: "application: { address: 127.0.0.1:8080 }")
            if !tenantFrom.isEmpty, !fields.has("tls") || (tls != nil && tls?.clientCertificate == nil) {
                fields.refuse(
                    "tenantFrom", atKey: true, because: "names identities that nobody can prove here",
                    hint: "add tls with clientCertificate")
            }
        }
    }
}

extension ListenerSpec.MinimumProgress {
    init(decoding fields: FieldReader) {
        self.init()
        if let size = fields.byteSize("bytes") {
            if size > ConfigurationLimits.maxProgressBytes {
                fields.refuse(
                    "bytes", because: "is more than \(ByteSize.text(ConfigurationLimits.maxProgressBytes))",
                    hint: "a client on a bad line must be able to keep it; 0 turns the rule off")
            }
            bytes = size
        }
        if let span = fields.timeSpan("window") { window = span }
    }
}

extension ListenerSpec.Application {
    init?(decoding fields: FieldReader) {
        fields.require("address", hint: "address: 127.0.0.1:8080")
        let spoken = fields.choice(
            "protocol", of: ServiceSpec.WireProtocol.self, later: ServiceSpec.laterProtocols)
        guard let address = fields.address("address") else { return nil }
        if fields.refusesAsDestination(address) { return nil }
        self.init(address: address)
        if let spoken { self.protocol = spoken }
    }
}
