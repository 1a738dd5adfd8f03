/// Names in specs lead to resources that exist and fit.
struct ReferenceCheck {
    let draft: Draft
    let scope: ReferenceScope
    let report: ProblemReport

    func run() {
        checkTenants()
        for listener in draft.listeners { check(listener) }
        let listeners = Dictionary(
            draft.listeners.map { ($0.name, $0.spec) }, uniquingKeysWith: { first, _ in first })
        let webhooks = Dictionary(
            draft.webhooks.map { (ResourceName(kind: .webhook, tenant: $0.tenant, name: $0.name), $0.spec) },
            uniquingKeysWith: { first, _ in first })
        for route in draft.routes {
            check(route, listeners)
            checkWebhook(of: route, webhooks)
        }
    }

    private func checkTenants() {
        for (resource, document) in draft.declared {
            guard let tenant = resource.tenant, resource.kind != .tenant, resource.kind != .listener else {
                continue
            }
            _ = scope.require(.tenant, tenant, from: nil, at: ["tenant"], in: document)
        }
    }

    private func check(_ listener: Draft.Placed<ListenerSpec>) {
        guard let service = listener.spec.service, listener.spec.role == .inbound else { return }
        _ = scope.require(.service, service, from: nil, at: ["spec", "service"], in: listener.document)
    }

    private func check(_ route: Draft.Placed<RouteSpec>, _ listeners: [String: ListenerSpec]) {
        for (index, name) in route.spec.listeners.enumerated() {
            let path: [PathStep] = ["spec", "listeners", .item(index)]
            let found = scope.require(.listener, name, from: nil, at: path, in: route.document)
            if found != nil, let listener = listeners[name], listener.role != .edge {
                report.add(
                    route.document, path,
                    "names Listener \(Quoted.text(name)), whose role is \(listener.role.rawValue)",
                    hint: "only edge listeners evaluate routes")
            }
        }
        for (index, backend) in route.spec.backends.enumerated() {
            let path: [PathStep] = ["spec", "backends", .item(index), "service"]
            _ = scope.require(.service, backend.service, from: route.tenant, at: path, in: route.document)
        }
    }

    private func checkWebhook(of route: Draft.Placed<RouteSpec>, _ webhooks: [ResourceName: WebhookSpec]) {
        guard route.spec.access == .webhook, let name = route.spec.webhook,
            let found = scope.require(
                .webhook, name, from: route.tenant, at: ["spec", "webhook"], in: route.document),
            let webhook = webhooks[found], webhook.channelFrom == .path
        else { return }
        let hint = "path: { template: \"/webhooks/genesys/{channel}\" }"
        for (index, match) in route.spec.matches.enumerated() {
            if case .template(let template)? = match.path,
                PathRule.parameters(of: template).contains("channel")
            {
                continue
            }
            report.add(
                route.document, ["spec", "matches", .item(index), "path"],
                "has no parameter {channel}, from which Webhook \(Quoted.text(name)) reads the channel",
                hint: hint)
        }
    }
}
