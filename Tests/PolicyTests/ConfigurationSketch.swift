import MeshModel

let loopback = MeshAddress.ipv4([127, 0, 0, 1], port: 9000)

extension MeshConfiguration {
    /// One edge listener and the mesh service `backend`.
    static func edge() -> MeshConfiguration {
        var configuration = MeshConfiguration()
        configuration.listeners = [
            Resource(name: "front", spec: ListenerSpec(role: .edge, address: loopback))
        ]
        configuration.addService("backend")
        return configuration
    }

    mutating func addService(_ name: String, tenant: String? = nil, weights: [Int] = [1]) {
        var spec = ServiceSpec()
        for (index, weight) in weights.enumerated() {
            var endpoint = ServiceSpec.Endpoint(
                address: .ipv4([127, 0, 0, 1], port: UInt16(10_000 + index)))
            endpoint.weight = weight
            spec.endpoints.append(endpoint)
        }
        services.append(Resource(tenant: tenant, name: name, spec: spec))
    }

    mutating func addTenant(_ name: String, hosts: [String] = [], enabled: Bool = true) {
        var spec = TenantSpec()
        spec.hosts = hosts
        spec.enabled = enabled
        tenants.append(Resource(name: name, spec: spec))
    }

    mutating func addRoute(
        _ name: String, tenant: String? = nil, hosts: [String] = [], path: RouteSpec.PathMatch? = nil,
        access: RouteSpec.Access = .public, change: (inout RouteSpec) -> Void = { _ in }
    ) {
        var spec = RouteSpec(access: access)
        spec.hosts = hosts
        var match = RouteSpec.Match()
        match.path = path
        spec.matches = [match]
        spec.backends = [RouteSpec.Backend(service: "backend")]
        change(&spec)
        routes.append(Resource(tenant: tenant, name: name, spec: spec))
    }

    mutating func addListener(
        _ name: String, role: ListenerSpec.Role, service: String? = nil, tenant: String? = nil,
        tenantFrom: [String] = []
    ) {
        var spec = ListenerSpec(role: role, address: loopback)
        spec.service = service
        spec.tenantFrom = tenantFrom
        if role == .inbound { spec.application = .init(address: loopback) }
        listeners.append(Resource(tenant: tenant, name: name, spec: spec))
    }
}

extension RouteSpec.NamedMatch {
    static func equals(_ name: String, _ value: String) -> Self { Self(name: name, value: .exact(value)) }
    static func begins(_ name: String, _ value: String) -> Self { Self(name: name, value: .prefix(value)) }
    static func has(_ name: String) -> Self { Self(name: name, value: .present) }
}
