import HTTPTransport
import HTTPWire
import Substrate

/// Decides by the request's target, and holds the transport to what `ExchangeHandler` promises.
final class ContractHandler: ExchangeHandler {
    /// Pools: one that answers, one where nobody listens, one where nobody answers.
    enum Pool { static let good: Int32 = 0, refused: Int32 = 1, unanswered: Int32 = 2 }

    private struct Living {
        var attempts = 0
        var isOpen = false
        var isCollecting = false
        var collected = 0
    }

    private let knobs: Knobs
    private let findings: Findings
    // By index and generation of the slot.
    private var living: [UInt64: Living] = [:]
    private(set) var begun = 0
    private(set) var ended = 0
    /// Exchanges that wait for `answerLater`.
    var waiting: [SlotID] = []

    init(knobs: Knobs, findings: Findings) {
        self.knobs = knobs
        self.findings = findings
    }

    private func key(_ exchange: ExchangePointer) -> UInt64 {
        UInt64(exchange[].id.index) << 32 | UInt64(exchange[].id.generation)
    }

    private func target(_ exchange: ExchangePointer) -> String {
        exchange[].head[exchange[].head.facts.path].text
    }

    private func update(_ exchange: ExchangePointer, _ what: String, _ body: (inout Living) -> Bool) {
        guard var state = living[key(exchange)] else {
            return findings.record("handler: \(what) of an exchange that is over, or never began")
        }
        if !body(&state) { findings.record("handler: \(what) out of turn for \(target(exchange))") }
        living[key(exchange)] = state
    }

    // MARK: Decisions

    func requestArrived(_ exchange: ExchangePointer) -> RequestDecision {
        begun += 1
        if living.updateValue(Living(), forKey: key(exchange)) != nil {
            findings.record("handler: an exchange began twice")
        }
        guard let (kind, conduct, _) = PlannedRequest.read(target(exchange)) else {
            findings.record("handler: a request that nobody sent: \(target(exchange))")
            return .refuse(.routeNotFound)
        }
        switch kind {
        case .refuse, .hostile: return .refuse(.routeNotFound)
        case .local: return .answer
        case .wait:
            waiting.append(exchange[].id)
            return .wait
        case .collect, .collectRefuse:
            update(exchange, "collecting") { state in
                state.isCollecting = true
                return true
            }
            return .collectBody(
                maxBytes: knobs.maxBodyBytes, requestTimeoutNanoseconds: knobs.requestTimeout,
                idleTimeoutNanoseconds: knobs.bodyTimeout)
        case .forward: return forward(conduct)
        }
    }

    private func forward(_ conduct: Conduct) -> RequestDecision {
        let pool =
            switch conduct {
            case .refusedFirst: Pool.refused
            case .unansweredFirst: Pool.unanswered
            default: Pool.good
            }
        return .forward(
            pool: pool, requestTimeoutNanoseconds: knobs.requestTimeout,
            idleTimeoutNanoseconds: knobs.bodyTimeout, maxBodyBytes: knobs.maxBodyBytes)
    }

    func bodyArrived(_ exchange: ExchangePointer, _ bytes: Bytes) {
        update(exchange, "a piece of a body") { state in
            state.collected += bytes.count
            return state.isCollecting
        }
    }

    func bodyCollected(_ exchange: ExchangePointer) -> RequestDecision {
        update(exchange, "the end of a body") { state in
            defer { state.isCollecting = false }
            return state.isCollecting && state.collected == exchange[].body.count
        }
        guard let (kind, conduct, _) = PlannedRequest.read(target(exchange)), kind == .collect else {
            return .refuse(.webhookSignatureInvalid)
        }
        return forward(conduct)
    }

    // MARK: Attempts

    func writeRequestHead(_ exchange: ExchangePointer, into output: inout ByteBuffer) {
        update(exchange, "an attempt's begin") { state in
            defer { state.isOpen = true }
            state.attempts += 1
            return !state.isOpen && state.attempts <= 3 && !state.isCollecting
        }
        HTTP1Encoder.requestLine(of: exchange[].head, into: &output)
        HTTP1Encoder.fields(of: exchange[].head, dropping: [], into: &output)
    }

    func attemptFailed(_ exchange: ExchangePointer, _ failure: AttemptFailure) -> AttemptDecision {
        update(exchange, "an attempt's failure") { state in
            defer { state.isOpen = false }
            return failure == .noConnection ? !state.isOpen : state.isOpen
        }
        if exchange[].status != 0 { findings.record("handler: a failure behind an answer's head") }
        switch failure {
        case .reusedConnectionClosed where exchange[].attempts < 3:
            return .retry(pool: Pool.good, fresh: true)
        case .connectRefused where exchange[].attempts < 2, .connectTimedOut where exchange[].attempts < 2:
            return .retry(pool: Pool.good, fresh: false)
        default: return .refuse(failure.reason)
        }
    }

    func attemptFinished(_ exchange: ExchangePointer, status: UInt16, failure: AttemptFailure?) {
        update(exchange, "an attempt's end") { state in
            defer { state.isOpen = false }
            return state.isOpen && (failure != nil || status >= 200)
        }
    }

    func exchangeEnded(_ exchange: ExchangePointer) {
        ended += 1
        findings.note(Int(exchange[].status), Int(exchange[].attempts), Int(exchange[].reason.rawValue))
        guard let state = living.removeValue(forKey: key(exchange)) else {
            return findings.record("handler: an exchange ended twice")
        }
        if state.isOpen { findings.record("handler: \(target(exchange)) ended with an open attempt") }
        if exchange[].status == 0, exchange[].reason == .none {
            findings.record("handler: \(target(exchange)) ended without a status and without a reason")
        }
    }

    /// At the end of a run.
    func close() {
        findings.expect(living.isEmpty && begun == ended, "handler: \(begun) exchanges began, \(ended) ended")
    }

    // MARK: Heads and answers

    func writeResponseHead(
        _ exchange: ExchangePointer, _ head: MessageHead, into output: inout ByteBuffer
    ) -> UInt16 {
        HTTP1Encoder.statusLine(head.facts.status, into: &output)
        HTTP1Encoder.fields(of: head, dropping: [], into: &output)
        return head.facts.status
    }

    func writeLocalAnswer(
        _ exchange: ExchangePointer, _ reason: ReasonCode, closing: Bool, into output: inout ByteBuffer
    ) -> LocalAnswer {
        let id = PlannedRequest.read(target(exchange))?.id ?? 0
        let status = reason == .none ? 200 : reason.status
        let body = pattern(id + 9, knobs.localAnswerBytes)
        let isHead = exchange[].head.facts.method == .head
        write(status, id: id, body, closing: closing, isHead: isHead, into: &output)
        return LocalAnswer(status: status, bodyBytes: isHead ? 0 : body.count)
    }

    func writeRefusal(_ reason: ReasonCode, listener: Int32, into output: inout ByteBuffer) {
        write(reason.status, id: 0, [], closing: true, isHead: false, into: &output)
    }

    private func write(
        _ status: UInt16, id: Int, _ body: [UInt8], closing: Bool, isHead: Bool, into output: inout ByteBuffer
    ) {
        HTTP1Encoder.statusLine(status, into: &output)
        output.append(text: "x-id: \(id)\r\nx-local: yes\r\ncontent-length: \(body.count)\r\n")
        if closing { output.append("connection: close\r\n") }
        output.append("\r\n")
        if !isHead { body.withBytes { output.append($0) } }
    }
}
