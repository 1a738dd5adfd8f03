public import Substrate

extension PolicyTables {
    /// Decides all that a head alone can decide: match, guard, authenticate, resolve the tenant, authorise.
    ///
    /// - Parameters:
    ///   - head: the request's, normalised by its codec.
    ///   - peer: of the connection.
    ///   - state: fresh, with its listener; what is found is written into it, on a refusal as far as it came.
    public func decideHead(
        _ head: MessageHead, peer: PeerFacts, state: inout RequestState
    ) -> HeadVerdict {
        let listener = listeners[Int(state.listener)]
        switch listener.role {
        case .edge:
            match(head, listener: listener, state: &state)
            if state.route < 0 { return .respond(.routeNotFound) }
        case .inbound:
            state.route = listener.implicitRoute
            state.service = listener.serviceIndex
            if state.service < 0 { return .respond(.configIncomplete) }
        case .outbound:
            let reason = resolveService(head[head.facts.host], listener: listener, state: &state)
            if reason != .none { return .respond(reason) }
            match(head, listener: listener, state: &state)
            if state.route < 0 { state.route = listener.implicitRoute }
        }
        return run(head, peer: peer, listener: listener, state: &state)
    }

    private func run(
        _ head: MessageHead, peer: PeerFacts, listener: CompiledListener, state: inout RequestState
    ) -> HeadVerdict {
        let route = routes[Int(state.route)]
        var verdict = HeadVerdict.proceed
        var index = Int(route.steps.start)
        let end = route.steps.indices.upperBound
        while index < end {
            let step = steps[index]
            index &+= 1
            let reason: ReasonCode
            switch step.kind {
            case .refuseIncomplete: reason = .configIncomplete
            case .limitBody: reason = limitBody(head, route: route)
            case .verifyWebhook:
                state.webhook = step.index
                reason = authenticate(head, route: route, state: &state, verdict: &verdict)
            case .resolveTenant:
                reason = resolveTenant(head, peer: peer, listener: listener, route: route, state: &state)
            case .authorisePeer:
                reason = listener.role == .edge ? authorise(peer, route: route) : .none
            }
            if reason != .none { return .respond(reason) }
        }
        if !route.backends.isEmpty { state.service = chooseBackend(of: route, entropy: state.entropy) }
        if state.service < 0 { return .respond(.configIncomplete) }
        return verdict
    }

    private func limitBody(_ head: MessageHead, route: CompiledRoute) -> ReasonCode {
        let length = head.facts.contentLength
        return length > 0 && UInt64(length) > route.maxBodyBytes ? .bodyTooLarge : .none
    }

    private func authorise(_ peer: PeerFacts, route: CompiledRoute) -> ReasonCode {
        guard peer.isTLS, !peer.spiffe.isEmpty else { return .accessDenied }
        return lists(route.allowedPeers, peer.spiffe) ? .none : .accessDenied
    }

    /// Whether a range of `names` holds exactly these bytes.
    func lists(_ range: TableRange, _ name: Bytes) -> Bool {
        for index in range.indices where text.bytes(names[index]).elementsEqual(name) { return true }
        return false
    }

    private func chooseBackend(of route: CompiledRoute, entropy: UInt64) -> Int32 {
        let first = Int(route.backends.start)
        if route.backends.count == 1 { return backends[first].serviceIndex }
        let last = route.backends.indices.upperBound - 1
        let total = backends[last].cumulativeWeight
        let draw = UInt32(truncatingIfNeeded: ((entropy >> 32) &* UInt64(total)) >> 32)
        var index = first
        while index < last, backends[index].cumulativeWeight <= draw { index &+= 1 }
        return backends[index].serviceIndex
    }

    // MARK: Matching

    private func match(_ head: MessageHead, listener: CompiledListener, state: inout RequestState) {
        let host = head[head.facts.host]
        let method =
            head.facts.method == .other
            ? RouteMatch.otherMethodsBit : 1 << UInt16(head.facts.method.rawValue)
        if listener.isEdge { state.claimedTenant = router.owner(ofHost: host, text: text) }
        var search = RouteSearch(
            head: head, path: head[head.facts.path], listenerBit: 1 << UInt64(state.listener), method: method,
            isEdge: listener.isEdge, tenant: state.claimedTenant)
        router.search(host: host, &search, text: text, names: names)
        guard search.best >= 0 else { return }
        state.match = search.best
        state.route = router.matches[Int(search.best)].route
        let detail = router.details[Int(search.best)]
        if detail.parameterSegments != 0 { readParameters(head, detail, state: &state) }
    }

    private func readParameters(_ head: MessageHead, _ detail: MatchDetail, state: inout RequestState) {
        let range = head.facts.path
        let path = head[range]
        var position = 1
        var segment: UInt32 = 0
        while position <= path.count, Int(state.parameterCount) < RequestState.maxParameters,
            segment < UInt32(Router.maxSegments)
        {
            var end = path.firstIndex(of: ASCII.slash, from: position) ?? path.count
            if detail.parameterSegments & (1 << segment) != 0 {
                if detail.endsInRest, detail.parameterSegments >> segment == 1 { end = path.count }
                state.parameters[Int(state.parameterCount)] = ByteRange(
                    offset: Int(range.offset) + position, count: end - position)
                state.parameterCount &+= 1
            }
            position = end &+ 1
            segment &+= 1
        }
    }

    /// The path as the match that held has it configured: a label without any byte of the request.
    public func template(of state: RequestState) -> Bytes {
        text.bytes(templateRange(of: state))
    }

    /// The same, in `text`.
    public func templateRange(of state: RequestState) -> ByteRange {
        if state.match >= 0 { return router.details[Int(state.match)].template }
        return state.route >= 0 ? routes[Int(state.route)].template : ByteRange()
    }

    /// Number of that template in `IdentityRegistry`; nil for requests that no match holds.
    public func templateID(of state: RequestState) -> UInt32? {
        state.match >= 0 ? router.details[Int(state.match)].templateID : nil
    }

    /// The name of a template's parameter: `index` below `state.parameterCount`.
    public func parameterName(_ index: Int, of state: RequestState) -> Bytes {
        guard state.match >= 0 else { return Bytes() }
        let list = router.details[Int(state.match)].parameterNames
        guard index >= 0, index < Int(list.count) else { return Bytes() }
        return text.bytes(names[Int(list.start) + index])
    }

    /// The value of the parameter `channel` of the match that held; empty without one.
    func channelParameter(_ head: MessageHead, of state: RequestState) -> Bytes {
        guard state.match >= 0 else { return Bytes() }
        let index = Int(router.details[Int(state.match)].channelParameter)
        guard index >= 0, index < Int(state.parameterCount) else { return Bytes() }
        return head[state.parameters[index]]
    }
}
