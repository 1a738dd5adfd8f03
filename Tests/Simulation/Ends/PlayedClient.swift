/// One client: sends its requests in pieces, reads as it likes, and judges every answer as it comes.
final class PlayedClient {
    let number: Int
    let end: PlayedEnd
    let requests: [PlannedRequest]
    private let knobs: Knobs
    private let findings: Findings
    private let outbox: [UInt8]
    private(set) var sent = 0
    var reads = true
    var maxBytesPerPump = Int.max
    /// Closed or reset by itself.
    private(set) var hasLeft = false
    private(set) var hasShut = false
    private(set) var answered = 0
    /// The last final answer said that the connection would end.
    private(set) var wasToldOfEnd = false
    private var reader = MessageReader(readsAnswers: true)
    private var isConfused = false

    init(_ number: Int, _ end: PlayedEnd, _ requests: [PlannedRequest], _ knobs: Knobs, _ findings: Findings)
    {
        self.number = number
        self.end = end
        self.requests = requests
        self.knobs = knobs
        self.findings = findings
        outbox = requests.flatMap(\.bytes)
    }

    // MARK: Acts

    var hasSentAll: Bool { sent == outbox.count }
    var isDone: Bool { hasLeft || end.isOver || answered == requests.count }

    func send(atMost count: Int) {
        guard !hasLeft, !hasShut, !hasSentAll, count > 0 else { return }
        let piece = outbox[sent..<(sent + min(outbox.count - sent, count))]
        sent += piece.count
        findings.tell("client \(number) sends \(piece.count), \(sent) of \(outbox.count)")
        end.send(Array(piece))
    }

    func shut() {
        guard !hasLeft, !hasShut, end.isEstablished else { return }
        hasShut = true
        findings.tell("client \(number) shuts its side")
        end.closeWrite()
    }

    func leave(byReset: Bool) {
        guard !hasLeft else { return }
        hasLeft = true
        if byReset { end.reset() } else { end.close() }
    }

    func pump() {
        guard !hasLeft, reads || !end.isEstablished else { return }
        let bytes = end.take(atMost: maxBytesPerPump)
        if !bytes.isEmpty { reader.append(bytes) }
        read()
    }

    private func read() {
        while !isConfused {
            let request = answered < requests.count ? requests[answered] : nil
            switch reader.next(answering: request?.method ?? "", isEnded: end.isOver) {
            case .incomplete: return
            case .head: continue
            case .malformed(let fault):
                isConfused = true
                findings.record(
                    "client \(number): \(fault), where the answer to \(request?.name ?? "nothing") belongs")
            case .message(let answer): judge(answer, request)
            }
        }
    }

    // MARK: Judgement

    private func judge(_ answer: ReadMessage, _ request: PlannedRequest?) {
        findings.tell(
            "client \(number) got \(answer.startLine) \(answer.fields) \(answer.body.count) to \(request?.name ?? "nothing")"
        )
        if answer.status < 200 { return }
        findings.note(number, answer.status, answer.body.count)
        if wasToldOfEnd { findings.record("client \(number): an answer behind the last one") }
        if answer.saysClose || answer.isDelimitedByClose { wasToldOfEnd = true }
        let id = answer.value("x-id").flatMap { Int($0) }
        if id == 0 { return judgeRefusal(answer, request) }
        guard let request else {
            return findings.record(
                "client \(number): an answer that nobody asked for: \(answer.startLine), \(id ?? -1)")
        }
        answered += 1
        if request.isOld, answer.value("connection") != "keep-alive" { wasToldOfEnd = true }
        if answer.isDelimitedByClose, !end.endedCleanly { return }
        guard id == request.id else {
            return findings.record("client \(number): \(request.name) got the answer to \(id ?? -1)")
        }
        if sent < headEnd(of: request) {
            findings.record("client \(number): \(request.name) was answered before it was sent")
        }
        let isLocal = answer.value("x-local") != nil
        judgeBody(answer, request, isLocal: isLocal)
        judgeStatus(answer.status, request, isLocal: isLocal)
    }

    private func headEnd(of request: PlannedRequest) -> Int { request.end - request.bytes.count + 1 }

    private func judgeBody(_ answer: ReadMessage, _ request: PlannedRequest, isLocal: Bool) {
        var expected = isLocal ? pattern(request.id + 9, knobs.localAnswerBytes) : request.answer
        if request.method == "HEAD" || answer.status == 204 || answer.status == 304 { expected = [] }
        if answer.body != expected {
            findings.record(
                "client \(number): \(request.name) got \(answer.body.count) bytes that are not its \(expected.count)"
            )
        }
        if !isLocal, request.conduct == .trailers, !request.isOld, request.method != "HEAD",
            answer.trailers != "x-sum: \(request.id)"
        {
            findings.record("client \(number): \(request.name) got the trailers '\(answer.trailers)'")
        }
    }

    private func judgeStatus(_ status: Int, _ request: PlannedRequest, isLocal: Bool) {
        let isTooLarge = UInt64(request.body.count) > knobs.maxBodyBytes
        var expected: [Int]
        switch request.kind {
        case .local: expected = [200]
        case .refuse: expected = [404]
        case .collectRefuse: expected = isTooLarge ? [413] : [401]
        case .wait: expected = knobs.isTimed ? [200, 408, 504] : [200]
        case .hostile: expected = [request.refusal]
        case .forward, .collect:
            expected = [request.conduct == .empty ? 204 : 200]
            let isSafe =
                request.conduct.isGood && !isTooLarge && request.method != "POST" && request.body.isEmpty
                && request.trailers.isEmpty
            let mayFail =
                knobs.misbehaves ? !isSafe : isTooLarge || request.conduct == .refusedFirst && !isSafe
            if mayFail || !knobs.isCalm { expected += [502, 503, 504] }
            if isTooLarge { expected = request.conduct == .early || mayFail ? expected + [413] : [413] }
        }
        if knobs.isTimed { expected += [408, 504] }
        if !expected.contains(status) {
            findings.record("client \(number): \(request.name) was answered with \(status), not \(expected)")
        }
    }

    /// An answer to bytes that never became a request.
    private func judgeRefusal(_ answer: ReadMessage, _ request: PlannedRequest?) {
        if request != nil { answered += 1 }
        // A drain leaves little time to ask.
        if knobs.isTimed || knobs.drains, answer.status == 408 { return }
        guard let request, request.kind == .hostile, answer.status == request.refusal else {
            return findings.record(
                "client \(number): \(request?.name ?? "nothing") was refused with \(answer.status)")
        }
    }

    /// When nothing more will happen.
    func conclude() {
        guard !hasLeft else { return }
        if end.isOver, end.endedCleanly, !isConfused, !reader.isBetweenMessages {
            findings.record("client \(number): the connection ended well in the middle of an answer")
        }
        findings.note(number, answered, end.isOver ? 1 : 0, end.wasReset ? 1 : 0)
        guard knobs.isCalm, hasSentAll, answered < requests.count, !wasToldOfEnd else { return }
        let request = requests[answered]
        // An answer that has begun and cannot be finished ends in a reset, and takes with it what of the answers before
        // it still waits for its reader.
        let mayBreak = end.wasReset && requests[answered...].contains { !$0.conduct.isGood && $0.mayArrive }
        let mayEnd = request.kind == .forward && request.conduct == .early
        if !mayBreak, !mayEnd {
            let ending = end.wasReset ? "a reset" : end.isOver ? "an end" : "nothing"
            findings.record("client \(number): \(request.name) was whole and got \(ending)")
        }
    }
}
