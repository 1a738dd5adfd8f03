/// One document into the draft: the envelope, then the spec of its kind.
struct DocumentDecoder {
    static let apiVersion = "outrigger/v1"
    private static let fieldNames = ["apiVersion", "kind", "tenant", "name", "labels", "spec"]
    private static let readOnly = ["revision", "status"]

    let document: Document
    let report: ProblemReport

    func decode(into draft: inout Draft) {
        guard
            let fields = FieldReader(
                document.root, at: [], in: document, report: report, known: Self.fieldNames + Self.readOnly)
        else {
            report.sawUnreadable = true
            return
        }
        for name in Self.readOnly where fields.has(name) {
            fields.refuse(.field(name), atKey: true, because: "is read only", hint: "leave it out")
        }
        checkVersion(fields)
        fields.require(
            "kind", hint: "one of " + ResourceKind.allCases.map(\.rawValue).joined(separator: ", "))
        fields.require("name", hint: ResourceNameRule.hint)
        fields.require("spec")
        let kind = kind(fields)
        let name = label(fields, "name")
        let tenant = label(fields, "tenant")
        guard let kind, let name else {
            report.sawUnreadable = true
            return
        }
        checkScope(kind, fields)
        let identity = ResourceName(kind: kind, tenant: tenant, name: name)
        document.resource = identity
        if let first = draft.declared[identity] {
            fields.refuse(
                "name", because: "\(identity) is declared twice: at \(first.place) and at \(document.place)",
                hint: "keep one of them")
            // Its own problems are told as well; the first one stays what others refer to.
            var unused = Draft()
            decodeSpec(kind, fields, tenant, name, labels(fields), &unused)
            return
        }
        draft.declared[identity] = document
        decodeSpec(kind, fields, tenant, name, labels(fields), &draft)
    }

    private func checkVersion(_ fields: FieldReader) {
        guard let version = fields.text("apiVersion"), version != Self.apiVersion else { return }
        fields.refuse(
            "apiVersion", because: "\(Quoted.text(version)) is not a version that this program reads",
            hint: Self.apiVersion)
    }

    private func kind(_ fields: FieldReader) -> ResourceKind? {
        guard let text = fields.text("kind") else { return nil }
        if let kind = ResourceKind(rawValue: text) { return kind }
        if ResourceKind.later.contains(text) {
            fields.refuse(
                "kind", because: "\(Quoted.text(text)) is not in this version",
                hint: "this version reads " + ResourceKind.allCases.map(\.rawValue).joined(separator: ", "))
        } else {
            let known = ResourceKind.allCases.map(\.rawValue)
            fields.refuse(
                "kind", because: "\(Quoted.text(text)) is not a kind",
                hint: Suggestion.hint(for: text, among: known))
        }
        return nil
    }

    /// The text even where it breaks the rule, so that references to it find it.
    private func label(_ fields: FieldReader, _ field: String) -> String? {
        guard let text = fields.text(field) else { return nil }
        if !ResourceNameRule.holds(text) {
            fields.refuse(
                .field(field), because: "\(Quoted.text(text)) is not a name", hint: ResourceNameRule.hint)
        }
        return text
    }

    private func checkScope(_ kind: ResourceKind, _ fields: FieldReader) {
        switch kind {
        case .listener where fields.has("tenant"):
            fields.refuse(
                "tenant", atKey: true, because: "does not belong in a Listener: it is the process's own",
                hint: "leave it out")
        case .tenant where fields.has("tenant"):
            fields.refuse(
                "tenant", atKey: true, because: "does not belong in a Tenant: it belongs to the mesh",
                hint: "leave it out")
        case .channel: fields.require("tenant", hint: "a Channel is one tenant's account: tenant: NAME")
        case .listener, .tenant, .service, .route, .webhook: break
        }
    }

    private func labels(_ fields: FieldReader) -> [String: String] {
        guard let pairs = fields.map("labels") else { return [:] }
        if pairs.count > ConfigurationLimits.maxLabels {
            fields.refuse("labels", because: "has more than \(ConfigurationLimits.maxLabels) entries")
        }
        return Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    private func decodeSpec(
        _ kind: ResourceKind, _ fields: FieldReader, _ tenant: String?, _ name: String,
        _ labels: [String: String],
        _ draft: inout Draft
    ) {
        func spec(_ known: [String], later: [String] = []) -> FieldReader? {
            fields.object("spec", known: known, later: later)
        }
        func placed<Spec>(_ spec: Spec) -> Draft.Placed<Spec> {
            var resource = MeshConfiguration.Resource(tenant: tenant, name: name, spec: spec)
            resource.labels = labels
            return Draft.Placed(document: document, resource: resource)
        }
        switch kind {
        case .listener:
            let decoded = spec(ListenerSpec.fieldNames).flatMap(ListenerSpec.init(decoding:))
            if let decoded { draft.listeners.append(placed(decoded)) }
        case .tenant:
            let decoded = spec(TenantSpec.fieldNames, later: TenantSpec.laterFieldNames)
                .map(TenantSpec.init(decoding:))
            if let decoded { draft.tenants.append(placed(decoded)) }
        case .channel:
            let decoded = spec(ChannelSpec.fieldNames, later: ChannelSpec.laterFieldNames)
                .flatMap(ChannelSpec.init(decoding:))
            if let decoded { draft.channels.append(placed(decoded)) }
        case .service:
            let decoded = spec(ServiceSpec.fieldNames, later: ServiceSpec.laterFieldNames)
                .flatMap(ServiceSpec.init(decoding:))
            if let decoded { draft.services.append(placed(decoded)) }
        case .route:
            let decoded = spec(RouteSpec.fieldNames, later: RouteSpec.laterFieldNames)
                .map(RouteSpec.init(decoding:))
            if let decoded { draft.routes.append(placed(decoded)) }
        case .webhook:
            let decoded = spec(WebhookSpec.fieldNames, later: WebhookSpec.laterFieldNames)
                .flatMap(WebhookSpec.init(decoding:))
            if let decoded { draft.webhooks.append(placed(decoded)) }
        }
    }
}
