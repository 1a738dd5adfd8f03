import HTTPTransport
import Policy
import Reactor
import Substrate
import Telemetry

extension Gateway {
    func exchangeEnded(_ exchange: ExchangePointer) {
        let record = g[].records[exchange[].id.index]
        guard let view = g[].pins.view(of: record[].pin) else { return }
        if record[].verification >= 0 {
            g[].verifications.release(record[].verification)
            record[].verification = -1
        }
        let state = record[].state
        let now = g[].transport?.now.monotonic ?? exchange[].startedAt.monotonic
        let duration = now.nanoseconds(since: exchange[].startedAt.monotonic)
        let direction = direction(record[].listener, view)
        let service =
            record[].state.service >= 0 ? view.tables.services[Int(record[].state.service)].id &+ 1 : 0
        let tenant = state.tenant >= 0 ? view.tables.tenants[Int(state.tenant)].id &+ 1 : 0
        metrics.count(
            request: RequestSeries(
                direction: direction, service: service,
                route: state.route >= 0 ? view.tables.routes[Int(state.route)].id &+ 1 : 0, tenant: tenant,
                status: exchange[].status))
        crashRing?.record(
            CrashRing.Entry(
                began: exchange[].startedAt.wall, tookNanoseconds: duration, service: service,
                route: state.route >= 0 ? view.tables.routes[Int(state.route)].id &+ 1 : 0, tenant: tenant,
                status: exchange[].status, direction: direction.rawValue, reason: exchange[].reason))
        metrics.observe(direction: direction, service: service, durationNanoseconds: duration)
        if record[].trace.isSampled, let now = g[].transport?.now {
            metrics.exemplify(
                direction: direction, service: service, durationNanoseconds: duration, trace: record[].trace,
                at: now.wall)
        }
        if exchange[].reason != .none { metrics.refused(reason: exchange[].reason, tenant: tenant) }
        if record[].isWebhook { countWebhook(exchange, record, view) }
        let rule = accessLogRule(exchange[].listener, view)
        if rule.log >= 0 || g[].isTapped { log(exchange, record, view, by: rule) }
        if record[].recording != .none { endSpan(exchange, record, view) }
        let place = record[].pin
        record[].pin = -1
        if let snapshot = g[].pins.unpin(place) { dispose(snapshot) }
    }

    func direction(_ listener: Int32, _ view: SnapshotView) -> Direction {
        guard listener >= 0 else { return .edge }
        return Direction(view.tables.listeners[Int(listener)].role)
    }

    private func countWebhook(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView
    ) {
        let provider: WebhookProvider =
            view.tables.webhooks[Int(record[].state.webhook)].provider == .genesys ? .genesys : .whatsapp
        let outcome: WebhookOutcome
        switch exchange[].reason {
        case .none: outcome = record[].isHandshake ? .handshake : .accepted
        case .webhookSignatureInvalid: outcome = .refusedSignature
        case .webhookTenantUnknown, .webhookBatchMixed, .tenantContradiction, .tenantDisabled:
            outcome = .refusedTenant
        case .bodyMalformed, .bodyTooLarge: outcome = .refusedBody
        default: outcome = record[].state.service >= 0 ? .accepted : .refusedOther
        }
        metrics.webhook(provider, outcome: outcome)
    }

    func recordForCrash(_ reason: ReasonCode, listener: Int32) {
        guard let crashRing, let transport = g[].transport else { return }
        var known = Direction.edge
        if let view = g[].pins.view, Int(listener) < view.policyListeners.count {
            known = direction(view.policyListeners[Int(listener)], view)
        }
        crashRing.record(
            CrashRing.Entry(
                began: transport.now.wall, tookNanoseconds: 0, service: 0, route: 0, tenant: 0,
                status: reason.status, direction: known.rawValue, reason: reason))
    }
}

extension Direction {
    init(_ role: ListenerRole) {
        switch role {
        case .edge: self = .edge
        case .inbound: self = .inbound
        case .outbound: self = .outbound
        }
    }
}
