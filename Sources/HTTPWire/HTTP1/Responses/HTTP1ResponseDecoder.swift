public import Substrate

/// Reads the responses of one HTTP/1 connection, each after the request that it answers was named.
///
///     complete ──expectResponse──▶ head ──final──▶ body ──end──▶ complete
///                                  ▲  └─1xx─┐
///                                  └────────┘
///
/// Bytes behind a response's end are not consumed: they belong to nobody.
public struct HTTP1ResponseDecoder: BitwiseCopyable, Sendable {
    private enum State: UInt8, BitwiseCopyable { case complete, head, body, failed }

    private var state = State.complete
    private var method = HTTPMethod.get
    private var scanner = SectionScanner()
    private var body = BodyDecoder()

    public init() {}

    /// The next bytes answer a request with this method.
    public mutating func expectResponse(to method: HTTPMethod) {
        self = HTTP1ResponseDecoder()
        self.method = method
        state = .head
    }

    /// The response has ended, or none was asked for.
    public var isComplete: Bool { state == .complete }
    public var isInBody: Bool { state == .body }
    public var hasFailed: Bool { state == .failed }

    /// Appends what `input` says, and returns the bytes of it that are done with; stops behind `end`.
    ///
    /// `facts` tell what the fields say; of responses to HEAD and of 204, 304 and 101 there is no body all the same.
    public mutating func decode(
        _ input: Bytes, limits: HTTP1Limits, heads: inout HeadPool, events: inout EventBuffer
    ) -> Int {
        var index = 0
        do throws(HTTP1Fault) {
            while state == .head, index < input.count {
                let message = input.dropFirst(index)
                guard let end = try decodeHead(message, limits: limits, heads: &heads, events: &events) else {
                    return index
                }
                index &+= end
            }
            if state == .body {
                index = try body.decode(input, from: index, limits: limits, heads: &heads, events: &events)
                if body.isComplete { complete(&events) }
            }
        } catch {
            state = .failed
            events.append(MessageEvent(kind: .failed, reason: error.responseReason, fault: error))
        }
        return index
    }

    /// The sender closed: `end` of a body that only this ends, `failed` inside anything else.
    public mutating func inputEnded(events: inout EventBuffer) {
        switch state {
        case .complete, .failed: return
        case .body where body.framing == .untilClose: complete(&events)
        case .head, .body:
            state = .failed
            let fault = HTTP1Fault.truncated
            events.append(MessageEvent(kind: .failed, reason: fault.responseReason, fault: fault))
        }
    }

    private mutating func complete(_ events: inout EventBuffer) {
        events.append(MessageEvent(kind: .end))
        state = .complete
    }

    /// Bytes of the head once it is whole. Afterwards the state is that of the body, or still `head` behind a 1xx.
    private mutating func decodeHead(
        _ message: Bytes, limits: HTTP1Limits, heads: inout HeadPool, events: inout EventBuffer
    ) throws(HTTP1Fault) -> Int? {
        let isFirst = scanner.scannedBytes == 0
        if !isFirst, !scanner.findsEnd(in: message), !isOverLimit(message, limits) { return nil }

        let window = message.prefix(Swift.max(0, limits.maxHeadBytes))
        var head = heads.acquire()
        var end: Int?
        do throws(HTTP1Fault) {
            end = try ResponseHead.parse(window, limits: limits, into: &head, pool: &heads)
            if end == nil, message.count > window.count { throw .headTooLarge }
            if end != nil { body = try framing(of: head) }
        } catch {
            heads.release(head)
            throw error
        }
        guard let end else {
            heads.release(head)
            if isFirst { _ = scanner.findsEnd(in: message) }
            return nil
        }
        scanner = SectionScanner()
        let status = head.facts.status
        if status < 200, status != 101 {
            events.append(MessageEvent(kind: .informational, head: head))
        } else {
            events.append(MessageEvent(kind: .head, head: head))
            state = .body
        }
        return end
    }

    private func isOverLimit(_ message: Bytes, _ limits: HTTP1Limits) -> Bool {
        message.count > limits.maxHeadBytes || Int(scanner.lines) > limits.effectiveMaxFields &+ 1
    }

    /// RFC 9112 §6.3, in its order.
    private func framing(of head: MessageHead) throws(HTTP1Fault) -> BodyDecoder {
        let facts = head.facts
        if facts.status < 200 || facts.status == 204 {
            // §6.1: no Transfer-Encoding here. A recipient that reads the body it announces would lose its place.
            if facts.isChunked { throw .transferCodingAmbiguous }
            if facts.contentLength > 0 { throw .contentLengthInvalid }
            return .fixed(0)
        }
        if method == .head || facts.status == 304 { return .fixed(0) }
        if facts.isChunked { return .chunked }
        if facts.contentLength >= 0 { return .fixed(facts.contentLength) }
        head.facts.keepsAlive = false
        return .untilClose
    }
}
