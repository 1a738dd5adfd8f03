/// Everything a sidecar runs by: the resources, checked each for itself and all together.
public struct MeshConfiguration: Sendable, Equatable {
    /// One resource of a kind: who owns it, its name, what it says.
    public struct Resource<Spec: Sendable & Equatable>: Sendable, Equatable {
        /// Nil for the mesh.
        public var tenant: String?
        public var name: String
        public var labels: [String: String] = [:]
        public var spec: Spec

        public init(tenant: String? = nil, name: String, spec: Spec) {
            self.tenant = tenant
            self.name = name
            self.spec = spec
        }
    }

    public var listeners: [Resource<ListenerSpec>] = []
    public var tenants: [Resource<TenantSpec>] = []
    public var channels: [Resource<ChannelSpec>] = []
    public var services: [Resource<ServiceSpec>] = []
    public var routes: [Resource<RouteSpec>] = []
    public var webhooks: [Resource<WebhookSpec>] = []

    public init() {}
}
