extension ResourceName {
    /// Fields of a document's root that make its name.
    static let fieldNames: Set<String> = ["kind", "tenant", "name"]

    /// As far as a document's first fields tell: nil unless it has a known kind and a name.
    init?(identifying fields: [DocumentNode.Field]) {
        func text(_ name: String) -> String? {
            guard case .text(let text)? = fields.first(where: { $0.name == name })?.value.content else {
                return nil
            }
            return text
        }
        guard let kind = text("kind").flatMap({ ResourceKind(rawValue: $0) }), let name = text("name") else {
            return nil
        }
        self.init(kind: kind, tenant: text("tenant"), name: name)
    }
}
