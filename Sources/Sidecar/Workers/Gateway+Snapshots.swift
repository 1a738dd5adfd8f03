import HTTPTransport
import Policy
import Substrate

extension Gateway {
    /// New requests follow `snapshot`; those under way keep theirs.
    func install(_ snapshot: RuntimeSnapshot) {
        g[].balancer.prepare(endpoints: identities.endpointCount, services: identities.serviceCount)
        if let former = g[].pins.install(snapshot) { retired.dispose(former) }
        learnDirections()
    }

    /// This worker's view of every endpoint, for `/clusters`.
    func status(_ pools: [PoolStatus], now: MonotonicTime) -> [EndpointStatus] {
        guard let view = g[].pins.view else { return [] }
        return (0..<view.tables.endpoints.count).map { index in
            let endpoint = view.tables.endpoints[index]
            let load = g[].balancer.load(of: endpoint.id)
            return EndpointStatus(
                service: view.tables.text.bytes(view.tables.services[Int(endpoint.serviceIndex)].name).text,
                address: view.text.bytes(view.endpointNames[index]).text, weight: Int(endpoint.weight),
                active: Int(load.active), requests: load.requests, failures: load.failures,
                ewmaNanoseconds: load.averageNanoseconds(at: now),
                pool: pools.first { $0.pool == Int32(endpoint.id) })
        }
    }
}
