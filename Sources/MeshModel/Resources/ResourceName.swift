/// The identity of a resource: mesh-wide when `tenant` is nil.
public struct ResourceName: Sendable, Hashable, CustomStringConvertible {
    public var kind: ResourceKind
    public var tenant: String?
    public var name: String

    public init(kind: ResourceKind, tenant: String?, name: String) {
        self.kind = kind
        self.tenant = tenant
        self.name = name
    }

    public var description: String { "\(kind.rawValue) \(tenant.map { $0 + "/" } ?? "")\(name)" }
}
