/// One organisation on the platform.
public struct TenantSpec: Sendable, Equatable {
    public var displayName: String?
    public var enabled = true
    /// Host names that belong to this tenant alone, mesh-wide. Lower case; `*.name` allowed.
    public var hosts: [String] = []
    /// CIDRs that tenant-owned endpoints may lie in. None by default.
    public var egressCIDRs: [String] = []

    public init() {}
}
