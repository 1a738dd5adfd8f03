import Substrate

extension PolicyTables {
    /// What an outbound listener's caller means by a host: `service` of its own tenant, then of the mesh;
    /// `service.tenant`; `service.tenant.mesh.internal`.
    func resolveService(
        _ host: Bytes, listener: CompiledListener, state: inout RequestState
    ) -> ReasonCode {
        var name = host
        let suffix = Bytes(".mesh.internal")
        let isQualified = name.hasSuffix(suffix)
        if isQualified { name = name.prefix(name.count &- suffix.count) }
        if let dot = name.firstIndex(of: ASCII.dot) {
            let tenant = tenantNames.find(name.dropFirst(dot &+ 1), scope: 0, text: text)
            guard tenant >= 0 else { return .serviceNotFound }
            // A service acts for its own tenant only; only the mesh's own services call into tenants.
            if listener.tenantIndex >= 0, listener.tenantIndex != tenant { return .tenantMismatch }
            state.service = serviceNames.find(name.prefix(dot), scope: tenant, text: text)
        } else if !isQualified {
            if listener.tenantIndex >= 0 {
                state.service = serviceNames.find(name, scope: listener.tenantIndex, text: text)
            }
            if state.service < 0 { state.service = serviceNames.find(name, scope: -1, text: text) }
        }
        return state.service < 0 ? .serviceNotFound : .none
    }
}
