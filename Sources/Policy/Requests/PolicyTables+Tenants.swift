public import Substrate

// Host, route and the field `x-outrigger-tenant` are claims; a certificate and a verified delivery are evidence. All
// that is known must agree.
extension PolicyTables {
    func resolveTenant(
        _ head: MessageHead, peer: PeerFacts, listener: CompiledListener, route: CompiledRoute,
        state: inout RequestState
    ) -> ReasonCode {
        let claim = claimTenant(route.tenantIndex, state: &state)
        if claim != .none { return claim }
        switch listener.role {
        case .edge:
            let reason = takeEvidence(of: peer, state: &state)
            if reason != .none { return reason }
        case .inbound:
            let reason = resolveInbound(head, peer: peer, listener: listener, state: &state)
            if reason != .none { return reason }
        case .outbound:
            let reason = resolveOutbound(head, listener: listener, state: &state)
            if reason != .none { return reason }
        }
        return settleTenant(&state)
    }

    /// The resolved tenant: proven, else claimed.
    func settleTenant(_ state: inout RequestState) -> ReasonCode {
        let claimed = state.claimedTenant
        if claimed >= 0, !tenants[Int(claimed)].isEnabled { return .tenantDisabled }
        let tenant = state.evidenceTenant >= 0 ? state.evidenceTenant : claimed
        guard tenant >= 0 else { return .none }
        state.tenant = tenant
        state.tenantName = .known
        return tenants[Int(tenant)].isEnabled ? .none : .tenantDisabled
    }

    private func claimTenant(_ tenant: Int32, state: inout RequestState) -> ReasonCode {
        guard tenant >= 0 else { return .none }
        if state.claimedTenant >= 0, state.claimedTenant != tenant { return .tenantContradiction }
        state.claimedTenant = tenant
        return .none
    }

    /// Adds evidence for a tenant of this configuration.
    func proveTenant(_ tenant: Int32, state: inout RequestState) -> ReasonCode {
        if state.evidenceTenant >= 0, state.evidenceTenant != tenant { return .tenantContradiction }
        if state.claimedTenant >= 0, state.claimedTenant != tenant { return .tenantContradiction }
        if state.tenantName == .proven { return .tenantContradiction }
        state.evidenceTenant = tenant
        return .none
    }

    /// A certificate of a tenant's service proves that tenant, whether or not it is known here.
    private func takeEvidence(of peer: PeerFacts, state: inout RequestState) -> ReasonCode {
        guard peer.isTLS, let range = SPIFFEPath.tenant(of: peer.spiffe) else { return .none }
        let tenant = tenantNames.find(peer.spiffe[range], scope: 0, text: text)
        if tenant >= 0 { return proveTenant(tenant, state: &state) }
        if state.claimedTenant >= 0 { return .tenantContradiction }
        state.tenantName = .proven
        state.tenantText = range
        return .none
    }

    private func resolveInbound(
        _ head: MessageHead, peer: PeerFacts, listener: CompiledListener, state: inout RequestState
    ) -> ReasonCode {
        let reason = takeEvidence(of: peer, state: &state)
        if reason != .none { return reason }
        var asserted: ByteRange?
        for index in 0..<head.fieldCount where head[field: index].known == .outriggerTenant {
            // Two fields could be read as two tenants.
            if asserted != nil { return .tenantMismatch }
            asserted = head[field: index].value
        }
        guard let asserted else { return .none }
        let name = head[asserted]
        guard Self.isResourceName(name) else { return .tenantMismatch }
        if peer.isTLS, let own = SPIFFEPath.tenant(of: peer.spiffe) {
            // A tenant's own service says no more than its certificate proves.
            return peer.spiffe[own].elementsEqual(name) ? .none : .tenantContradiction
        }
        guard peer.isTLS, !peer.spiffe.isEmpty, lists(listener.tenantFrom, peer.spiffe) else {
            return .tenantMismatch
        }
        let tenant = tenantNames.find(name, scope: 0, text: text)
        if tenant >= 0 { return proveTenant(tenant, state: &state) }
        if state.claimedTenant >= 0 { return .tenantContradiction }
        state.tenantName = .asserted
        state.tenantText = asserted
        return .none
    }

    /// The local service speaks for its own tenant. One of the mesh may pass on the tenant that it works for; the far
    /// side decides whether it believes that.
    private func resolveOutbound(
        _ head: MessageHead, listener: CompiledListener, state: inout RequestState
    ) -> ReasonCode {
        let claim = claimTenant(listener.tenantIndex, state: &state)
        if claim != .none { return claim }
        if state.service >= 0 {
            let owner = claimTenant(services[Int(state.service)].tenantIndex, state: &state)
            if owner != .none { return owner }
        }
        var asserted: ByteRange?
        for index in 0..<head.fieldCount where head[field: index].known == .outriggerTenant {
            if asserted != nil { return .tenantMismatch }
            asserted = head[field: index].value
        }
        guard let asserted else { return .none }
        let name = head[asserted]
        guard Self.isResourceName(name) else { return .tenantMismatch }
        let tenant = tenantNames.find(name, scope: 0, text: text)
        if listener.tenantIndex >= 0, tenant != listener.tenantIndex { return .tenantMismatch }
        if tenant >= 0 { return claimTenant(tenant, state: &state) }
        if state.claimedTenant >= 0 { return .tenantContradiction }
        state.tenantName = .asserted
        state.tenantText = asserted
        return .none
    }

    /// `[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?`
    static func isResourceName(_ name: Bytes) -> Bool {
        guard name.count >= 1, name.count <= 63 else { return false }
        for index in 0..<name.count {
            let byte = name[index]
            if byte &- 0x61 < 26 || ASCII.isDigit(byte) { continue }
            if byte != ASCII.dash || index == 0 || index == name.count &- 1 { return false }
        }
        return true
    }

    /// The name of the request's tenant, for the field `x-outrigger-tenant`; empty for none. Valid while head and peer
    /// are.
    public func tenantName(of state: RequestState, head: MessageHead, peer: PeerFacts) -> Bytes {
        switch state.tenantName {
        case .none: Bytes()
        case .known: text.bytes(tenants[Int(state.tenant)].name)
        case .asserted: head[state.tenantText]
        case .proven: peer.spiffe[state.tenantText]
        }
    }
}
