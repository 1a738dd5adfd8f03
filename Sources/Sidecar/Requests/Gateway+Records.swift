import Cryptography
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
        let number = Int(exchange[].listener)
        if number < view.accessLogs.count, view.accessLogs[number] >= 0 {
            // The turn's clock stands still while a request is answered in it: a log wants the time that passed.
            let elapsed = calls.monotonic().nanoseconds(since: exchange[].startedAt.monotonic)
            log(exchange, record, view, to: view.accessLogs[number], duration: elapsed)
        }
        if record[].recording != .none { endSpan(exchange, record, view) }
        let place = record[].pin
        record[].pin = -1
        if let snapshot = g[].pins.unpin(place) { retired.dispose(snapshot) }
    }

    private func direction(_ listener: Int32, _ view: SnapshotView) -> Direction {
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

    private func log(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView,
        to log: Int32,
        duration: UInt64
    ) {
        let text = view.tables.text
        let state = record[].state
        var line = AccessLogRecord()
        line.time = exchange[].startedAt.wall
        line.direction = direction(record[].listener, view)
        line.listener = OpenLabel(configured: view.text, view.listenerNames[Int(exchange[].listener)])
        line.method = exchange[].head.facts.method
        line.minorVersion = exchange[].head.facts.minorVersion
        if state.route >= 0 {
            line.route = OpenLabel(configured: text, view.tables.routes[Int(state.route)].name)
            line.pathTemplate = OpenLabel(configured: text, view.tables.templateRange(of: state))
        }
        if record[].state.service >= 0 {
            line.service = OpenLabel(configured: text, view.tables.services[Int(record[].state.service)].name)
        }
        if state.tenant >= 0 {
            line.tenant = OpenLabel(configured: text, view.tables.tenants[Int(state.tenant)].name)
        }
        line.status = exchange[].status
        line.reason = exchange[].reason
        line.totalNanoseconds = duration
        line.tries = UInt32(exchange[].attempts)
        line.bytesReceived = exchange[].requestBodyBytes
        line.bytesSent = exchange[].responseBodyBytes
        if exchange[].attempts > 0, record[].endpoint >= 0 {
            line.endpoint = OpenLabel(configured: view.text, view.endpointNames[Int(record[].endpoint)])
            line.upstreamReused = exchange[].reusedConnection
            if exchange[].connectedAt > .zero, !exchange[].reusedConnection {
                line.connectNanoseconds = exchange[].connectedAt.nanoseconds(
                    since: exchange[].attemptStartedAt)
            }
            if exchange[].firstByteAt > .zero {
                line.firstByteNanoseconds = exchange[].firstByteAt.nanoseconds(
                    since: exchange[].startedAt.monotonic)
            }
        }
        if let transport = g[].transport {
            line.tls = Self.version(transport.tlsVersion(exchange))
            if record[].peerIsTrusted { line.peer = MeshPeer(verified: transport.peerIdentity(exchange)) }
        }
        line.trace = record[].trace
        line.requestID = record[].requestID
        line.flow = record[].flow
        append(line, to: log)
    }

    private static func version(_ version: Cryptography.TLSVersion?) -> Telemetry.TLSVersion {
        switch version {
        case .tls12: .tls12
        case .tls13: .tls13
        case nil: .none
        }
    }

    /// Bytes that were no request get a line of their own: they were answered.
    func recordRefusal(_ reason: ReasonCode, requestID: RequestID, listener: Int32) {
        metrics.refused(reason: reason, tenant: 0)
        recordForCrash(reason, listener: listener)
        guard let view = g[].pins.view, let transport = g[].transport, Int(listener) < view.accessLogs.count,
            view.accessLogs[Int(listener)] >= 0
        else { return }
        var line = AccessLogRecord()
        line.time = transport.now.wall
        line.direction = direction(view.policyListeners[Int(listener)], view)
        line.listener = OpenLabel(configured: view.text, view.listenerNames[Int(listener)])
        line.status = reason.status
        line.reason = reason
        line.requestID = requestID
        append(line, to: view.accessLogs[Int(listener)])
    }

    private func recordForCrash(_ reason: ReasonCode, listener: Int32) {
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

    private func append(_ line: AccessLogRecord, to log: Int32) {
        if log != g[].logOfLines { flushLogs() }
        g[].logOfLines = log
        line.append(into: &g[].logLines)
        g[].pendingLines &+= 1
    }

    /// Hands the turn's lines to the log thread.
    func flushLogs() {
        guard g[].pendingLines > 0 else { return }
        if !logs.submit(g[].logLines.bytes, to: g[].logOfLines) {
            metrics.dropped(.accessLogLine, count: UInt64(g[].pendingLines))
        }
        g[].logLines.removeAll()
        g[].pendingLines = 0
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
