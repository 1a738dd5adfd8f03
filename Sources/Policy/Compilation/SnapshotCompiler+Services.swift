import MeshModel
import Substrate

extension SnapshotCompiler {
    mutating func compileTenants() throws(PolicyError) {
        for (index, tenant) in configuration.tenants.enumerated() {
            tenants.append(
                CompiledTenant(
                    id: identities.tenantID(name: tenant.name), name: text.intern(tenant.name),
                    isEnabled: tenant.spec.enabled))
            tenantIndexes[tenant.name] = Int32(index)
            let resource = ResourceName(kind: .tenant, tenant: nil, name: tenant.name)
            for host in tenant.spec.hosts {
                let pattern = try HostPattern(host, of: resource)
                guard router.own(pattern, by: Int32(index)) else {
                    throw PolicyError(resource, .hostOwnedTwice(host))
                }
            }
        }
    }

    mutating func compileServices() {
        for (index, service) in configuration.services.enumerated() {
            let name = OwnedName(tenant: service.tenant, name: service.name)
            serviceIndexes[name] = Int32(index)
            append(
                service.spec, name: name,
                id: identities.serviceID(tenant: service.tenant, name: service.name),
                configurationIndex: index)
        }
        for (index, listener) in configuration.listeners.enumerated() {
            guard listener.spec.role == .inbound, let application = listener.spec.application else {
                continue
            }
            let name = OwnedName(tenant: listener.tenant, name: listener.spec.service ?? listener.name)
            var spec = ServiceSpec()
            spec.endpoints = [ServiceSpec.Endpoint(address: application.address)]
            applicationServices[index] = Int32(services.count)
            append(
                spec, name: name, id: identities.serviceID(tenant: name.tenant, name: name.name),
                listenerIndex: index)
        }
    }

    private mutating func append(
        _ spec: ServiceSpec, name: OwnedName, id: UInt32, configurationIndex: Int = -1,
        listenerIndex: Int = -1
    ) {
        var service = CompiledService(id: id)
        service.name = text.intern(name.text)
        service.tenantIndex = name.tenant.flatMap { tenantIndexes[$0] } ?? -1
        service.balancing =
            switch spec.balancing {
            case .peakEWMA: .peakEWMA
            case .roundRobin: .roundRobin
            }
        service.connectTimeoutNanoseconds = spec.connectTimeout.nanoseconds
        service.poolIdleNanoseconds = spec.pool.idleTimeout.nanoseconds
        service.maxIdle = UInt32(clamping: spec.pool.maxIdle)
        service.configurationIndex = Int32(configurationIndex)
        service.listenerIndex = Int32(listenerIndex)
        service.endpoints = TableRange(start: endpoints.count, count: spec.endpoints.count)
        for endpoint in spec.endpoints {
            // The model allows 1…1000; the clamp keeps the sums within 32 bits whatever comes.
            let weight = UInt32(max(1, min(endpoint.weight, 65_535)))
            service.totalWeight += weight
            endpoints.append(
                CompiledEndpoint(
                    id: identities.endpointID(
                        service: id, address: endpoint.address, isApplication: listenerIndex >= 0),
                    serviceIndex: Int32(services.count), weight: weight,
                    cumulativeWeight: service.totalWeight))
            addresses.append(endpoint.address)
        }
        let weights = endpoints[service.endpoints.indices]
        service.hasEqualWeights = weights.allSatisfy { $0.weight == weights.first?.weight }
        services.append(service)
    }
}
