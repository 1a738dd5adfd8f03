import Cryptography
import HTTPTransport
import Policy
import Reactor
import Substrate
import Telemetry

/// What becomes of a request that has ended in the access log, and in taps.
extension Gateway {
    func accessLogRule(_ listener: Int32, _ view: SnapshotView) -> AccessLogRule {
        let number = Int(listener)
        return number < view.accessLogs.count ? view.accessLogs[number] : .none
    }

    func log(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView,
        by rule: AccessLogRule
    ) {
        // The turn's clock stands still while a request is answered in it: a log wants the time that passed.
        let duration = calls.monotonic().nanoseconds(since: exchange[].startedAt.monotonic)
        let isLogged =
            rule.log >= 0
            && (rule.samples(traceLow: record[].trace.traceLow)
                || rule.names(
                    status: exchange[].status, reason: exchange[].reason, durationNanoseconds: duration))
        guard isLogged || g[].isTapped else { return }
        let line = accessLogRecord(exchange, record, view, duration)
        if isLogged { append(line, to: rule.log) }
        if g[].isTapped { tap(line, exchange[].head) }
    }

    private func accessLogRecord(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView,
        _ duration: UInt64
    ) -> AccessLogRecord {
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
        line.client = client(exchange, record, view)
        line.tries = UInt32(exchange[].attempts)
        line.bytesReceived = exchange[].requestBodyBytes
        line.bytesSent = exchange[].responseBodyBytes
        if exchange[].attempts > 0, record[].endpoint >= 0 {
            line.queueNanoseconds = exchange[].firstAttemptAt.nanoseconds(
                since: exchange[].startedAt.monotonic)
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
        return line
    }

    /// Where the client is, as the addresses of `X-Forwarded-For` that are trusted say it: within its tenant.
    private func client(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView
    ) -> Pseudonym? {
        let key = view.pseudonymKeys[Int(record[].state.tenant) + 1]
        let listener = record[].listener
        let hops = listener >= 0 ? Int(view.tables.listeners[Int(listener)].trustedHops) : 0
        // A sidecar in front has put the client first, and nobody before it.
        let told =
            record[].peerIsTrusted
            ? ForwardedFor.first(exchange[].head)
            : hops > 0 ? ForwardedFor.address(exchange[].head, fromRight: hops) : nil
        if let told { return key.pseudonym(of: Identifier(told.prefix(Self.maxAddressBytes))) }
        g[].address.removeAll()
        exchange[].peer.appendIP(into: &g[].address)
        return key.pseudonym(of: Identifier(g[].address.bytes))
    }

    /// Longest address that a proxy writes: an IPv6 address with a zone or a port. What is longer is cut.
    private static var maxAddressBytes: Int { 64 }

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
        guard let view = g[].pins.view, let transport = g[].transport else { return }
        tellMalformed(reason, listener: listener)
        let rule = accessLogRule(listener, view)
        // No trace, so a share of them by lot.
        let isLogged =
            rule.log >= 0
            && (rule.samples(traceLow: g[].random.next())
                || rule.names(status: reason.status, reason: reason, durationNanoseconds: 0))
        guard isLogged || g[].isTapped, Int(listener) < view.listenerNames.count else { return }
        var line = AccessLogRecord()
        line.time = transport.now.wall
        line.direction = direction(view.policyListeners[Int(listener)], view)
        line.listener = OpenLabel(configured: view.text, view.listenerNames[Int(listener)])
        line.status = reason.status
        line.reason = reason
        line.requestID = requestID
        if isLogged { append(line, to: rule.log) }
        if g[].isTapped { tap(line, nil) }
    }

    private func append(_ line: AccessLogRecord, to log: Int32) {
        let batch = g[].lines[Int(log)]
        line.append(into: &batch[].lines, stamps: &g[].stamps)
        batch[].count &+= 1
        if batch[].lines.count >= LineBatches.maxBytes {
            flush(log)
        } else if !g[].lines.isTimed {
            g[].lines.isTimed = true
            worker?.scheduleLines(afterNanoseconds: LineBatches.maxNanoseconds)
        }
    }

    /// The lines' time has come.
    func linesAreDue() {
        g[].lines.isTimed = false
        flushLines()
    }

    /// Hands the lines that wait to the log thread: when their time has come, before a snapshot goes whose logs may close
    /// with it, and when the worker ends.
    func flushLines() {
        for log in 0..<g[].lines.count { flush(Int32(log)) }
    }

    private func flush(_ log: Int32) {
        let batch = g[].lines[Int(log)]
        guard batch[].count > 0 else { return }
        if !logs.submit(batch[].lines.bytes, to: log) {
            metrics.dropped(.accessLogLine, count: UInt64(batch[].count))
        }
        batch[].lines.removeAll()
        batch[].count = 0
    }

    /// Gives up a snapshot that no request of this worker reads any more.
    func dispose(_ snapshot: RuntimeSnapshot) {
        flushLines()
        retired.dispose(snapshot)
    }
}
