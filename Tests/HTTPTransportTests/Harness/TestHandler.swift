import HTTPTransport
import HTTPWire
import Substrate

/// Decides by the request's path, and remembers what it was told.
final class TestHandler: ExchangeHandler {
    struct Ended: Equatable {
        var path: String
        var reason: ReasonCode
        var status: UInt16
        var attempts: UInt8
    }

    var pool: Int32 = 0
    var requestTimeout: UInt64 = 15_000_000_000
    var idleTimeout: UInt64 = 60_000_000_000
    var maxBodyBytes = UInt64.max
    /// Attempts made at most where a failure may be repeated.
    var maxAttempts: UInt8 = 2
    /// Failures that are tried again; by default only the pool's race.
    var retried: Set<AttemptFailure> = [.reusedConnectionClosed]
    /// Whether a try again asks for a fresh connection.
    var retriesFresh = true

    /// Called when an attempt failed, before the answer.
    var onFailure: () -> Void = {}
    var ended: [Ended] = []
    var failures: [AttemptFailure] = []
    var finished: [AttemptFailure?] = []
    var refusals: [ReasonCode] = []
    var collected: [[UInt8]] = []
    var pieces: [UInt8] = []
    var waiting: [SlotID] = []
    var timers: [UInt32] = []
    var descriptors: [UInt32] = []
    var arrived = 0
    /// Handshakes that it was told were turned away.
    var shed = 0
    /// Streamed answers, their pieces to come, and whether the answer ends behind these.
    var streaming: [SlotID] = []
    var streamPieces: [String] = []
    var streamEnds = false
    /// Each time more was asked for: the room, and whether it was the last time.
    var streamAsked: [(room: Int, ending: Bool)] = []
    /// Bytes of an answer to `/answer…`.
    var answerBytes = 0
    /// What the last ended exchange said about itself.
    var requestBodyBytes: UInt64 = 0
    var responseBodyBytes: UInt64 = 0
    var firstByteAt = MonotonicTime.zero

    func path(_ exchange: ExchangePointer) -> String { exchange[].head[exchange[].head.facts.path].text }

    private var forward: RequestDecision {
        .forward(
            pool: pool, requestTimeoutNanoseconds: requestTimeout, idleTimeoutNanoseconds: idleTimeout,
            maxBodyBytes: maxBodyBytes)
    }

    func requestArrived(_ exchange: ExchangePointer) -> RequestDecision {
        arrived += 1
        let path = path(exchange)
        if path.hasPrefix("/refuse") { return .refuse(.routeNotFound) }
        if path.hasPrefix("/answer") { return .answer }
        if path.hasPrefix("/wait") {
            waiting.append(exchange[].id)
            return .wait
        }
        if path.hasPrefix("/stream") {
            streaming.append(exchange[].id)
            return .stream
        }
        if path.hasPrefix("/collect") {
            return .collectBody(
                maxBytes: maxBodyBytes, requestTimeoutNanoseconds: requestTimeout,
                idleTimeoutNanoseconds: idleTimeout)
        }
        return forward
    }

    func bodyArrived(_ exchange: ExchangePointer, _ bytes: Bytes) { pieces += bytes.array }

    func bodyCollected(_ exchange: ExchangePointer) -> RequestDecision {
        collected.append(exchange[].body.bytes.array)
        let path = path(exchange)
        if path.hasPrefix("/collect-refuse") { return .refuse(.webhookSignatureInvalid) }
        if path.hasPrefix("/collect-wait") {
            waiting.append(exchange[].id)
            return .wait
        }
        return forward
    }

    func writeRequestHead(_ exchange: ExchangePointer, into output: inout ByteBuffer) {
        HTTP1Encoder.requestLine(of: exchange[].head, into: &output)
        HTTP1Encoder.fields(of: exchange[].head, dropping: [], into: &output)
    }

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
        var body = reason == .none ? "local \(path(exchange))" : "\(reason)"
        if answerBytes > 0 { body = String(repeating: "x", count: answerBytes) }
        let status = reason == .none ? 200 : reason.status
        let isHead = exchange[].head.facts.method == .head
        write(status, body, closing: closing, isHead: isHead, into: &output)
        return LocalAnswer(status: status, bodyBytes: isHead ? 0 : body.utf8.count)
    }

    func writeStreamHead(_ exchange: ExchangePointer, into output: inout ByteBuffer) -> UInt16 {
        HTTP1Encoder.statusLine(200, into: &output)
        return 200
    }

    func writeStream(
        _ exchange: ExchangePointer, room: Int, ending: Bool, into output: inout ByteBuffer
    ) -> StreamStep {
        streamAsked.append((room, ending))
        while let piece = streamPieces.first, output.count < room {
            output.append(text: piece)
            streamPieces.removeFirst()
        }
        if ending { output.append("bye") }
        return !streamPieces.isEmpty ? .more : streamEnds ? .end : .idle
    }

    func writeRefusal(_ reason: ReasonCode, listener: Int32, into output: inout ByteBuffer) {
        refusals.append(reason)
        write(reason.status, "\(reason)", closing: true, isHead: false, into: &output)
    }

    private func write(
        _ status: UInt16, _ body: String, closing: Bool, isHead: Bool, into output: inout ByteBuffer
    ) {
        HTTP1Encoder.statusLine(status, into: &output)
        output.append(text: "content-length: \(body.utf8.count)\r\n")
        if closing { output.append("connection: close\r\n") }
        output.append("\r\n")
        if !isHead { output.append(text: body) }
    }

    func attemptFailed(_ exchange: ExchangePointer, _ failure: AttemptFailure) -> AttemptDecision {
        failures.append(failure)
        onFailure()
        if retried.contains(failure), exchange[].attempts < maxAttempts {
            return .retry(pool: pool, fresh: retriesFresh)
        }
        return .refuse(failure.reason)
    }

    func attemptFinished(_ exchange: ExchangePointer, status: UInt16, failure: AttemptFailure?) {
        finished.append(failure)
    }

    func exchangeEnded(_ exchange: ExchangePointer) {
        ended.append(
            Ended(
                path: path(exchange), reason: exchange[].reason, status: exchange[].status,
                attempts: exchange[].attempts))
        requestBodyBytes = exchange[].requestBodyBytes
        responseBodyBytes = exchange[].responseBodyBytes
        firstByteAt = exchange[].firstByteAt
    }

    func handshakeShed(listener: Int32) { shed += 1 }
    func timerFired(_ number: UInt32) { timers.append(number) }
    func descriptorReady(_ number: UInt32) { descriptors.append(number) }
}
