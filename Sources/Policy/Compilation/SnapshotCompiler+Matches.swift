import MeshModel
import Substrate

extension SnapshotCompiler {
    /// Puts every match of a route under every host that it may answer for.
    mutating func addMatches(
        of route: MeshConfiguration.Resource<RouteSpec>, _ compiled: CompiledRoute, index: Int32,
        as resource: ResourceName
    ) throws(PolicyError) {
        let hosts = try hosts(of: route, compiled, as: resource)
        let matches = route.spec.matches.isEmpty ? [RouteSpec.Match()] : route.spec.matches
        for (sequence, match) in matches.enumerated() {
            let path = try PathPattern(match.path, of: resource)
            let conditions = try compileConditions(match, of: resource)
            let detail = try compileDetail(match, path: path, of: compiled, as: resource)
            for (host, listeners) in hosts where listeners != 0 {
                let hot = RouteMatch(
                    listeners: listeners, rank: 0, route: index, tenant: compiled.tenantIndex,
                    firstCondition: router.add(conditions: conditions),
                    conditionCount: UInt16(conditions.count), methods: Self.methodBits(match.methods),
                    isLast: false)
                let draft = MatchDraft(
                    match: hot, detail: detail, list: 0, order: compiled.order, host: host,
                    pathKind: path.kind, literalSegments: path.kind == .template ? path.literalCount : 0,
                    endsInRest: path.endsInRest,
                    pathLength: path.kind == .prefix ? Self.prefixBytes(path) : path.segments.count,
                    conditions: conditions.count + (match.methods.isEmpty ? 0 : 1),
                    isTenantOwned: route.tenant != nil,
                    name: OwnedName(tenant: route.tenant, name: route.name).text, sequence: sequence)
                router.add(draft, path: path, text: &text)
            }
        }
    }

    private static func prefixBytes(_ path: PathPattern) -> Int {
        path.segments.reduce(0) { sum, segment in
            if case .literal(let text) = segment { sum + 1 + text.utf8.count } else { sum }
        }
    }

    // MARK: Hosts and listeners

    /// Hosts of a route with the listeners, one bit each, where they count. A tenant's route answers for the tenant's
    /// hosts only; what an outbound listener calls a host is a service, which the whole mesh may refine.
    private func hosts(
        of route: MeshConfiguration.Resource<RouteSpec>, _ compiled: CompiledRoute, as resource: ResourceName
    ) throws(PolicyError) -> [(HostPattern, UInt64)] {
        let edges = listenerBits(of: route.spec, role: .edge, tenant: -1)
        let isWebhook = compiled.access == .webhook || route.spec.webhook != nil
        let outbound =
            isWebhook ? 0 : listenerBits(of: route.spec, role: .outbound, tenant: compiled.tenantIndex)
        var named: [HostPattern] = []
        for host in route.spec.hosts {
            let pattern = try HostPattern(host, of: resource)
            if !named.contains(pattern) { named.append(pattern) }
        }
        guard let tenant = route.tenant else {
            if named.isEmpty { return [(.every, edges)] }
            return named.map { ($0, $0.kind == .exact ? edges | outbound : edges) }
        }
        if named.isEmpty {
            let owned = configuration.tenants[Int(compiled.tenantIndex)].spec.hosts
            guard !owned.isEmpty else { throw PolicyError(resource, .tenantOwnsNoHost) }
            for host in owned { named.append(try HostPattern(host, of: resource)) }
            return named.map { ($0, edges) }
        }
        var result: [(HostPattern, UInt64)] = []
        for host in named {
            if router.owner(of: host) == compiled.tenantIndex {
                result.append((host, host.kind == .exact ? edges | outbound : edges))
            } else if host.kind == .exact, namesService(host.name, tenant: tenant) {
                result.append((host, outbound))
            } else {
                throw PolicyError(resource, .hostNotOwned(host.name))
            }
        }
        return result
    }

    private func namesService(_ host: String, tenant: String) -> Bool {
        var host = Substring(host)
        if host.hasSuffix(".mesh.internal") { host = host.dropLast(".mesh.internal".count) }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return switch parts.count {
        case 1: resolve(String(parts[0]), for: tenant, in: serviceIndexes) >= 0
        case 2: serviceIndexes[OwnedName(tenant: String(parts[1]), name: String(parts[0]))] != nil
        default: false
        }
    }

    /// - Parameter tenant: for outbound listeners: only those of this tenant, or all with -1.
    private func listenerBits(of spec: RouteSpec, role: ListenerRole, tenant: Int32) -> UInt64 {
        var bits: UInt64 = 0
        for (index, listener) in configuration.listeners.enumerated() {
            guard listeners[index].role == role,
                spec.listeners.isEmpty || spec.listeners.contains(listener.name),
                tenant < 0 || listeners[index].tenantIndex == tenant
            else { continue }
            bits |= 1 << UInt64(index)
        }
        return bits
    }

    // MARK: Conditions

    private static func methodBits(_ methods: [String]) -> UInt16 {
        methods.reduce(0) { bits, name in
            let method = Array(name.utf8).withBytes { HTTPMethod($0) }
            return bits | (method == .other ? RouteMatch.otherMethodsBit : 1 << UInt16(method.rawValue))
        }
    }

    private mutating func compileDetail(
        _ match: RouteSpec.Match, path: PathPattern, of route: CompiledRoute, as resource: ResourceName
    ) throws(PolicyError) -> MatchDetail {
        var detail = MatchDetail()
        detail.template = text.intern(Self.label(match.path))
        detail.templateID = identities.templateID(Self.label(match.path))
        detail.otherMethods = internNames(
            match.methods.filter { name in Array(name.utf8).withBytes { HTTPMethod($0) } == .other })
        for (index, segment) in path.segments.enumerated() {
            if case .literal = segment { continue }
            detail.parameterSegments |= 1 << UInt32(index)
        }
        detail.endsInRest = path.endsInRest
        detail.parameterNames = internNames(path.parameters)
        detail.channelParameter = Int8(path.parameters.firstIndex(of: "channel") ?? -1)
        if route.webhookIndex >= 0, webhooks[Int(route.webhookIndex)].channelFromPath,
            detail.channelParameter < 0
        {
            throw PolicyError(resource, .channelParameterMissing(path.text))
        }
        return detail
    }

    private mutating func compileConditions(
        _ match: RouteSpec.Match, of resource: ResourceName
    ) throws(PolicyError) -> [MatchCondition] {
        guard match.headers.count + match.query.count <= Router.maxConditions else {
            throw PolicyError(resource, .tooManyConditions(limit: Router.maxConditions))
        }
        return match.headers.map { condition($0, on: .header) }
            + match.query.map { condition($0, on: .query) }
    }

    private mutating func condition(
        _ named: RouteSpec.NamedMatch, on subject: MatchCondition.Subject
    ) -> MatchCondition {
        let name = subject == .header ? named.name.lowercased() : named.name
        let (comparison, value): (MatchCondition.Comparison, String) =
            switch named.value {
            case .exact(let text): (.exact, text)
            case .prefix(let text): (.prefix, text)
            case .present: (.present, "")
            }
        return MatchCondition(
            subject: subject, comparison: comparison,
            known: subject == .header ? Array(name.utf8).withBytes { KnownHeader($0) } : .other,
            name: text.intern(name), value: text.intern(value))
    }
}
