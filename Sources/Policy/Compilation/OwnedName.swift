/// A name with its owner; nil is the mesh.
struct OwnedName: Hashable {
    var tenant: String?
    var name: String

    var text: String { tenant.map { $0 + "/" + name } ?? name }
}
