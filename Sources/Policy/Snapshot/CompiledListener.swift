/// A listener as requests see it.
public struct CompiledListener: BitwiseCopyable, Sendable {
    public var role: ListenerRole
    /// From `IdentityRegistry`.
    public var id: UInt32 = 0
    public var tracing = CompiledTracing()
    /// Owner of the local service, or -1 for the mesh.
    public var tenantIndex: Int32 = -1
    /// Inbound: the implicit service whose one endpoint is the application; -1 otherwise.
    public var serviceIndex: Int32 = -1
    /// Inbound and outbound: the route that stands for requests that no `Route` speaks of; -1 at an edge.
    public var implicitRoute: Int32 = -1
    /// Proxies in front that append to `X-Forwarded-For`.
    public var trustedHops: UInt32 = 0
    /// Inbound: SPIFFE IDs of peers that may assert a tenant, in `names`.
    public var tenantFrom = TableRange()

    init(role: ListenerRole) { self.role = role }

    public var isEdge: Bool { role == .edge }
}
