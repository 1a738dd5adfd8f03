import HTTPTransport
import Policy
import Substrate

extension Gateway {
    /// New requests follow `snapshot`; those under way keep theirs.
    func install(_ snapshot: RuntimeSnapshot) {
        g[].balancer.prepare(endpoints: identities.endpointCount, services: identities.serviceCount)
        if let former = g[].pins.install(snapshot) { dispose(former) }
    }

    /// No connection comes any more of the listeners that are gone by now.
    func settleFarewells() {
        g[].pins.settleFarewells()
        endFarewells()
    }

    /// Lets snapshots go that were kept for listeners which are gone, and whose connections are.
    func endFarewells() {
        guard let transport = g[].transport else { return }
        g[].pins.endFarewells(where: { transport.traffic(ofListener: $0).open == 0 }) { dispose($0) }
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
