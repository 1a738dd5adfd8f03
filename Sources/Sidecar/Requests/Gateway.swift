import HTTPTransport
import HTTPWire
import JSON
import Policy
import Reactor
import Substrate
import Telemetry

/// The life of a request on one worker: match, guard, authenticate, resolve the tenant, authorise, deliver, record.
///
/// The decisions are the policy's; this puts them in order, writes heads, and records what became of each request.
final class Gateway: ExchangeHandler {
    let g: SlotPointer<GatewayState>
    let metrics: WorkerMetrics
    let logs: LogThread
    let retired: any SnapshotSink
    let identities: IdentityRegistry
    let calls: SystemCalls
    /// Where a crash report finds the last requests.
    let crashRing: CrashRing?
    weak var worker: Worker?

    init(
        metrics: WorkerMetrics, logs: LogThread, retired: any SnapshotSink, identities: IdentityRegistry,
        calls: SystemCalls, crashRing: CrashRing? = nil
    ) {
        self.calls = calls
        self.crashRing = crashRing
        self.identities = identities
        self.metrics = metrics
        self.logs = logs
        self.retired = retired
        let memory = UnsafeMutablePointer<GatewayState>.allocate(capacity: 1)
        unsafe memory.initialize(to: GatewayState(seed: calls.randomSeed()))
        g = unsafe SlotPointer(unsafePointer: memory)
    }

    deinit {
        unsafe g.unsafePointer.deinitialize(count: 1)
        unsafe g.unsafePointer.deallocate()
    }

    func timerFired(_ number: UInt32) { worker?.timerFired(number) }

    // MARK: Arrival

    func requestArrived(_ exchange: ExchangePointer) -> RequestDecision {
        let record = g[].records[exchange[].id.index]
        record[] = RequestRecord()
        record[].pin = g[].pins.pin()
        guard let view = g[].pins.view else { return .refuse(.internalError) }
        let number = Int(exchange[].listener)
        record[].listener = number < view.policyListeners.count ? view.policyListeners[number] : -1
        guard record[].listener >= 0 else { return requestOutlivedListener(exchange, record) }
        return decide(exchange, record, view)
    }

    /// The listener is gone, and its connection's last request is answered by the last snapshot that had it.
    private func requestOutlivedListener(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>
    ) -> RequestDecision {
        guard let place = g[].pins.repin(record[].pin, toLastOf: exchange[].listener),
            let view = g[].pins.view(of: place)
        else { return .refuse(.draining) }
        record[].pin = place
        record[].listener = view.policyListeners[Int(exchange[].listener)]
        exchange[].closesConnection = true
        return decide(exchange, record, view)
    }

    private func decide(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView
    ) -> RequestDecision {
        guard let transport = g[].transport else { return .refuse(.internalError) }
        record[].state = RequestState(listener: UInt16(record[].listener), entropy: g[].random.next())
        let peer = transport.peerIdentity(exchange)
        let listener = view.tables.listeners[Int(record[].listener)]
        record[].peerIsTrusted = !listener.isEdge && !peer.isEmpty
        identify(exchange, record, listener.tracing)
        let verdict = view.tables.decideHead(
            exchange[].head, peer: PeerFacts(spiffe: peer, isTLS: transport.isEncrypted(exchange)),
            state: &record[].state)
        record[].isWebhook = record[].state.webhook >= 0
        if record[].isWebhook { giveFlow(exchange, record) }
        if g[].isTracing { beginSpan(exchange, record, view) }
        switch verdict {
        case .proceed:
            return forward(exchange, record, view)
        case .respond(let reason):
            return .refuse(reason)
        case .collectBody(let maxBytes):
            let place = g[].verifications.acquire()
            record[].verification = place
            g[].verifications.with(place) {
                view.tables.beginVerification(exchange[].head, state: &record[].state, into: &$0)
            }
            let route = view.tables.routes[Int(record[].state.route)]
            return .collectBody(
                maxBytes: UInt64(maxBytes), requestTimeoutNanoseconds: route.requestTimeoutNanoseconds,
                idleTimeoutNanoseconds: route.idleTimeoutNanoseconds)
        case .answerHandshake:
            record[].isHandshake = true
            return .answer
        }
    }

    func bodyArrived(_ exchange: ExchangePointer, _ bytes: Bytes) {
        let record = g[].records[exchange[].id.index]
        guard record[].verification >= 0 else { return }
        g[].verifications.with(record[].verification) { $0.update(bytes) }
    }

    func bodyCollected(_ exchange: ExchangePointer) -> RequestDecision {
        let record = g[].records[exchange[].id.index]
        guard let view = g[].pins.view(of: record[].pin), record[].verification >= 0 else {
            return .refuse(.internalError)
        }
        let reason = g[].verifications.with(record[].verification) { verification in
            view.tables.decideBody(
                exchange[].body.bytes, head: exchange[].head, verification: &verification, tape: &g[].tape,
                state: &record[].state)
        }
        guard reason == .none else { return .refuse(reason) }
        return forward(exchange, record, view)
    }

    // MARK: Delivery

    private func forward(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView
    ) -> RequestDecision {
        guard record[].state.route >= 0 else { return .refuse(.routeNotFound) }
        let route = view.tables.routes[Int(record[].state.route)]
        guard record[].state.service >= 0 else { return .refuse(.configIncomplete) }
        guard let pool = pick(exchange, record, view) else { return .refuse(.upstreamNoneHealthy) }
        return .forward(
            pool: pool, requestTimeoutNanoseconds: route.requestTimeoutNanoseconds,
            idleTimeoutNanoseconds: route.idleTimeoutNanoseconds, maxBodyBytes: route.maxBodyBytes)
    }

    /// Chooses an endpoint. Nil when the service has none.
    private func pick(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView
    ) -> Int32? {
        let index = g[].balancer.pick(
            service: Int(record[].state.service), tables: view.tables, excluding: -1, random: &g[].random,
            now: exchange[].startedAt.monotonic)
        guard index >= 0 else { return nil }
        record[].endpoint = index
        let endpoint = view.tables.endpoints[Int(index)].id
        g[].balancer.started(endpoint)
        record[].attemptIsOpen = true
        if record[].recording != .none { beginTry(exchange) }
        return Int32(endpoint)
    }

    func attemptFailed(_ exchange: ExchangePointer, _ failure: AttemptFailure) -> AttemptDecision {
        let record = g[].records[exchange[].id.index]
        closeAttempt(exchange, record, failure: failure, status: 0)
        // The connection had died in the pool: nothing was answered, and the method may be repeated.
        if failure == .reusedConnectionClosed, exchange[].attempts == 1,
            let view = g[].pins.view(of: record[].pin),
            let pool = pick(exchange, record, view)
        {
            return .retry(pool: pool, fresh: true)
        }
        return .refuse(failure.reason)
    }

    func attemptFinished(_ exchange: ExchangePointer, status: UInt16, failure: AttemptFailure?) {
        closeAttempt(exchange, g[].records[exchange[].id.index], failure: failure, status: status)
    }

    private func closeAttempt(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, failure: AttemptFailure?,
        status: UInt16
    ) {
        guard record[].attemptIsOpen, let view = g[].pins.view(of: record[].pin) else { return }
        record[].attemptIsOpen = false
        let endpoint = view.tables.endpoints[Int(record[].endpoint)].id
        let now = g[].transport?.now.monotonic ?? exchange[].startedAt.monotonic
        if failure == .cancelled {
            g[].balancer.abandoned(endpoint)
        } else {
            g[].balancer.finished(
                endpoint,
                responseNanoseconds: failure == nil
                    ? exchange[].firstByteAt.nanoseconds(since: exchange[].attemptStartedAt) : nil,
                now: now)
        }
        let service = view.tables.services[Int(record[].state.service)].id &+ 1
        let outcome = AttemptOutcome(failure, status: status)
        metrics.attempt(service: service, outcome: outcome)
        if record[].recording != .none { endTry(exchange, record, view, outcome, status: status) }
        metrics.pool(service: service, event: exchange[].reusedConnection ? .reused : .opened)
    }
}

extension AttemptOutcome {
    init(_ failure: AttemptFailure?, status: UInt16) {
        switch failure {
        case nil: self = status >= 500 ? .failure5xx : .success
        case .noConnection, .connectRefused, .connectTimedOut: self = .connectFailed
        case .tlsFailed: self = .tlsFailed
        case .reusedConnectionClosed: self = .retriedPooledConnection
        case .reset: self = .reset
        case .malformedResponse: self = .malformedResponse
        case .timedOut: self = .timeout
        case .cancelled: self = .cancelled
        }
    }
}
