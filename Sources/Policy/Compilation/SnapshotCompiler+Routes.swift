import MeshModel
import Substrate

extension SnapshotCompiler {
    /// Most listeners of one process: a match says with one bit a listener where it holds.
    static var maxListeners: Int { 64 }

    mutating func compileListeners() throws(PolicyError) {
        for (index, listener) in configuration.listeners.enumerated() {
            let resource = ResourceName(kind: .listener, tenant: listener.tenant, name: listener.name)
            guard index < Self.maxListeners else {
                throw PolicyError(resource, .tooManyListeners(limit: Self.maxListeners))
            }
            var compiled = CompiledListener(role: Self.role(listener.spec.role))
            compiled.tenantIndex = try tenantIndex(listener.tenant, of: resource)
            compiled.serviceIndex = applicationServices[index] ?? -1
            compiled.trustedHops = UInt32(clamping: listener.spec.trustedHops)
            compiled.tenantFrom = internNames(listener.spec.tenantFrom)
            compiled.id = identities.listenerID(
                name: OwnedName(tenant: listener.tenant, name: listener.name).text,
                service: listener.spec.service)
            compiled.tracing = CompiledTracing(listener.spec.tracing)
            listeners.append(compiled)
        }
    }

    private static func role(_ role: ListenerSpec.Role) -> ListenerRole {
        switch role {
        case .edge: .edge
        case .inbound: .inbound
        case .outbound: .outbound
        }
    }

    mutating func compileRoutes() throws(PolicyError) {
        for (index, route) in configuration.routes.enumerated() {
            let resource = ResourceName(kind: .route, tenant: route.tenant, name: route.name)
            let compiled = try compile(route, as: resource)
            routes.append(compiled)
            try addMatches(of: route, compiled, index: Int32(index), as: resource)
        }
        for index in listeners.indices where listeners[index].role != .edge {
            listeners[index].implicitRoute = Int32(routes.count)
            routes.append(implicitRoute(of: index))
        }
    }

    /// Timeouts act at edge and outbound only, so that the hop in front of an application never cuts off what the
    /// route at the edge allows.
    private mutating func implicitRoute(of index: Int) -> CompiledRoute {
        let listener = configuration.listeners[index]
        let name = "listener/" + listener.name
        var route = CompiledRoute(id: identities.routeID(tenant: listener.tenant, name: name))
        route.name = text.intern(name)
        route.isImplicit = true
        route.tenantIndex = listeners[index].tenantIndex
        if listeners[index].role == .outbound {
            route.requestTimeoutNanoseconds = RouteSpec.Timeouts().request.nanoseconds
            route.idleTimeoutNanoseconds = RouteSpec.Timeouts().idle.nanoseconds
        }
        route.steps = TableRange(start: steps.count, count: 1)
        steps.append(FilterStep(kind: .resolveTenant, index: 0))
        return route
    }

    private mutating func compile(
        _ route: MeshConfiguration.Resource<RouteSpec>, as resource: ResourceName
    ) throws(PolicyError) -> CompiledRoute {
        let spec = route.spec
        var compiled = CompiledRoute(id: identities.routeID(tenant: route.tenant, name: route.name))
        compiled.name = text.intern(OwnedName(tenant: route.tenant, name: route.name).text)
        compiled.template = text.intern(Self.label(spec.matches.first?.path))
        compiled.tenantIndex = try tenantIndex(route.tenant, of: resource)
        compiled.order = Int32(clamping: spec.order)
        compiled.exportsErrors = spec.tracing.errors == .always
        compiled.requestTimeoutNanoseconds = spec.timeouts.request.nanoseconds
        compiled.idleTimeoutNanoseconds = spec.timeouts.idle.nanoseconds
        compiled.backends = compileBackends(spec.backends, for: route.tenant)
        compiled.requestHeaders = try compile(spec.requestHeaders, of: resource)
        compiled.responseHeaders = try compile(spec.responseHeaders, of: resource)
        switch spec.access {
        case .public: compiled.access = .public
        case .webhook: compiled.access = .webhook
        case .named(let peers):
            compiled.access = .named
            compiled.allowedPeers = internNames(peers)
        }
        if let webhook = spec.webhook {
            compiled.webhookIndex = resolve(webhook, for: route.tenant, in: webhookIndexes)
        }
        let needsWebhook = compiled.access == .webhook || spec.webhook != nil
        compiled.maxBodyBytes =
            spec.maxBodyBytes ?? (needsWebhook ? WebhookVerification.defaultMaxBodyBytes : .max)
        compiled.steps = compileSteps(compiled, needsWebhook: needsWebhook)
        return compiled
    }

    private mutating func compileSteps(_ route: CompiledRoute, needsWebhook: Bool) -> TableRange {
        let start = steps.count
        let isComplete =
            !route.backends.isEmpty && backends[route.backends.indices].allSatisfy { $0.serviceIndex >= 0 }
            && (!needsWebhook || route.webhookIndex >= 0)
        if !isComplete { steps.append(FilterStep(kind: .refuseIncomplete, index: 0)) }
        if route.maxBodyBytes != .max { steps.append(FilterStep(kind: .limitBody, index: 0)) }
        if needsWebhook { steps.append(FilterStep(kind: .verifyWebhook, index: route.webhookIndex)) }
        steps.append(FilterStep(kind: .resolveTenant, index: 0))
        if route.access == .named { steps.append(FilterStep(kind: .authorisePeer, index: 0)) }
        return TableRange(start: start, count: steps.count - start)
    }

    private mutating func compileBackends(_ list: [RouteSpec.Backend], for tenant: String?) -> TableRange {
        let start = backends.count
        var total: UInt32 = 0
        for backend in list {
            // Clamped, so that the sums stay within 32 bits whatever comes.
            total += UInt32(max(0, min(backend.weight, 65_535)))
            backends.append(
                RouteBackend(
                    serviceIndex: resolve(backend.service, for: tenant, in: serviceIndexes),
                    cumulativeWeight: total))
        }
        return TableRange(start: start, count: list.count)
    }

    static func label(_ path: RouteSpec.PathMatch?) -> String {
        switch path {
        case .exact(let text), .template(let text): text
        case .prefix(let text): text.hasSuffix("/") ? text + "*" : text + "/*"
        case nil: "/*"
        }
    }
}
