/// What was decoded so far, each with the document it came from.
struct Draft {
    struct Placed<Spec: Sendable & Equatable> {
        var document: Document
        var resource: MeshConfiguration.Resource<Spec>

        var tenant: String? { resource.tenant }
        var name: String { resource.name }
        var spec: Spec { resource.spec }
    }

    /// Every resource that has a kind and a name, also those whose spec could not be decoded: a reference to one of
    /// these is no second mistake.
    var declared: [ResourceName: Document] = [:]
    var listeners: [Placed<ListenerSpec>] = []
    var tenants: [Placed<TenantSpec>] = []
    var channels: [Placed<ChannelSpec>] = []
    var services: [Placed<ServiceSpec>] = []
    var routes: [Placed<RouteSpec>] = []
    var webhooks: [Placed<WebhookSpec>] = []

    /// A tenant's route without hosts gets the tenant's.
    mutating func fillDefaults() {
        var hosts: [String: [String]] = [:]
        for tenant in tenants { hosts[tenant.name] = tenant.spec.hosts }
        for index in routes.indices where routes[index].spec.hosts.isEmpty {
            guard let tenant = routes[index].tenant else { continue }
            routes[index].resource.spec.hosts = hosts[tenant] ?? []
        }
    }

    var configuration: MeshConfiguration {
        var configuration = MeshConfiguration()
        configuration.listeners = listeners.map(\.resource)
        configuration.tenants = tenants.map(\.resource)
        configuration.channels = channels.map(\.resource)
        configuration.services = services.map(\.resource)
        configuration.routes = routes.map(\.resource)
        configuration.webhooks = webhooks.map(\.resource)
        return configuration
    }
}
