import HTTPTransport
import Policy
import Reactor
import Substrate
import Telemetry

/// One server span a request and one client span a try. Nothing of it runs without a collector.
///
/// Times are the wall clock's, read as each thing happens: what one process records lies inside what its caller on the
/// same machine records, which times counted from a turn's start would not.
extension Gateway {
    /// Decides about the request's spans, once its head is decided.
    func beginSpan(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView
    ) {
        let route = record[].state.route
        if record[].trace.isSampled {
            record[].recording = .sampled
        } else if route >= 0, view.tables.routes[Int(route)].exportsErrors {
            record[].recording = .onError
        } else {
            return
        }
        guard let open = openSpan(exchange) else { return }
        // A root's own id is what its trace was minted with.
        let isRoot = record[].traceSource == .minted
        open[].begin(
            span: isRoot ? record[].trace.parent : g[].random.next() | 1,
            parent: isRoot ? 0 : record[].trace.parent, start: calls.realtime())
    }

    func beginTry(_ exchange: ExchangePointer) {
        guard let open = openSpan(exchange) else { return }
        open[].trySpan = g[].random.next() | 1
        open[].tryStart = max(calls.realtime(), open[].start)
    }

    /// The trace as the endpoint is told of it: with the try as parent where the try is exported, else as it came.
    func forwardedTrace(_ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>) -> TraceContext {
        var trace = record[].trace
        if record[].recording == .sampled, let open = openSpan(exchange) { trace.parent = open[].trySpan }
        return trace
    }

    func endTry(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView,
        _ outcome: AttemptOutcome, status: UInt16
    ) {
        guard let open = openSpan(exchange) else { return }
        var span = common(exchange, record, view)
        span.kind = .client
        span.span = open[].trySpan
        span.parent = open[].span
        span.start = open[].tryStart
        span.end = max(calls.realtime(), open[].tryStart)
        span.status = outcome == .success || outcome == .failure5xx ? status : 0
        span.outcome = outcome
        span.resends = open[].tries
        span.endpoint = view.tables.endpoints[Int(record[].endpoint)].id &+ 1
        open[].latest = max(open[].latest, span.end)
        if open[].tries < .max { open[].tries &+= 1 }
        if record[].recording == .sampled {
            export(span)
        } else {
            open[].hold(span)
        }
    }

    func endSpan(_ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView) {
        guard let open = openSpan(exchange) else { return }
        let isError = SpanRecord.isError(status: exchange[].status, reason: exchange[].reason)
        guard record[].recording == .sampled || isError else { return }
        for index in 0..<Int(open[].heldCount) { export(open[].held[index]) }
        if open[].lost > 0 { metrics.dropped(.span, count: UInt64(open[].lost)) }
        var span = common(exchange, record, view)
        span.kind = .server
        span.span = open[].span
        span.parent = open[].parent
        span.parentIsRemote = open[].parent != 0
        span.start = open[].start
        span.end = max(calls.realtime(), max(open[].start, open[].latest))
        span.status = exchange[].status
        span.reason = exchange[].reason
        span.minorVersion = exchange[].head.facts.minorVersion
        span.isEncrypted = g[].transport?.isEncrypted(exchange) ?? false
        if record[].peerIsTrusted, let identity = g[].transport?.peerIdentity(exchange),
            let peer = MeshPeer(verified: identity)
        {
            span.peer = g[].spans?.peers.number(of: peer) ?? 0
        }
        export(span)
    }

    private func common(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView
    ) -> SpanRecord {
        let state = record[].state
        var span = SpanRecord()
        span.traceHigh = record[].trace.traceHigh
        span.traceLow = record[].trace.traceLow
        span.traceFlags = record[].trace.flags
        span.method = exchange[].head.facts.method
        span.flow = record[].flow
        span.listener = view.tables.listeners[Int(record[].listener)].id &+ 1
        if state.route >= 0 { span.route = view.tables.routes[Int(state.route)].id &+ 1 }
        if let template = view.tables.templateID(of: state) { span.template = template &+ 1 }
        if state.service >= 0 { span.service = view.tables.services[Int(state.service)].id &+ 1 }
        if state.tenant >= 0 { span.tenant = view.tables.tenants[Int(state.tenant)].id &+ 1 }
        return span
    }

    private func openSpan(_ exchange: ExchangePointer) -> SlotPointer<SpanProgress>? {
        g[].spans?.open[exchange[].id.index]
    }

    private func export(_ span: SpanRecord) {
        if g[].spans?.ring.push(span) != true { metrics.dropped(.span) }
    }
}
