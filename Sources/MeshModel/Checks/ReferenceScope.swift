/// Who can see which names: a tenant's resource sees the tenant's names, then the mesh's; a mesh resource the mesh's.
struct ReferenceScope {
    let draft: Draft
    let report: ProblemReport

    func resolve(_ kind: ResourceKind, _ name: String, from tenant: String?) -> ResourceName? {
        if let tenant {
            let own = ResourceName(kind: kind, tenant: tenant, name: name)
            if draft.declared[own] != nil { return own }
        }
        let shared = ResourceName(kind: kind, tenant: nil, name: name)
        return draft.declared[shared] == nil ? nil : shared
    }

    /// Resolves, or reports that nothing has the name; silent where a file could not be read, for the name may be
    /// there.
    func require(
        _ kind: ResourceKind, _ name: String, from tenant: String?, at path: [PathStep], in document: Document
    ) -> ResourceName? {
        if let found = resolve(kind, name, from: tenant) { return found }
        if !report.sawUnreadable {
            report.add(
                document, path, "names \(kind.rawValue) \(Quoted.text(name)), which does not exist",
                hint: hint(kind, name, from: tenant))
        }
        return nil
    }

    private func hint(_ kind: ResourceKind, _ name: String, from tenant: String?) -> String? {
        let ofKind = draft.declared.keys.filter { $0.kind == kind }
        if let elsewhere = ofKind.filter({ $0.name == name }).compactMap(\.tenant).min() {
            return "tenant \(Quoted.text(elsewhere)) has one, which only that tenant's resources can name"
        }
        let visible = Set(ofKind.filter { $0.tenant == nil || $0.tenant == tenant }.map(\.name)).sorted()
        return Suggestion.nearest(to: name, among: visible).map { "did you mean \(Quoted.text($0))?" }
    }
}
