public import Substrate

/// Reads the requests of one HTTP/1 connection. Sans-I/O: holds no bytes, only where it is in them.
///
///     idle ──first byte──▶ head ──whole──▶ body ──end──▶ idle
///       └───────────────────┴──a broken rule──┴───────▶ failed
///
/// Source: RFC 9112, with every freedom that it leaves to recipients unused.
public struct HTTP1RequestDecoder: BitwiseCopyable, Sendable {
    private enum State: UInt8, BitwiseCopyable { case idle, head, body, failed }

    private var state = State.idle
    private var emptyLines: UInt8 = 0
    private var scanner = SectionScanner()
    private var body = BodyDecoder()

    public init() {}

    /// Between two messages, with nothing of the next one seen.
    public var isIdle: Bool { state == .idle }
    public var isInHead: Bool { state == .head }
    public var isInBody: Bool { state == .body }
    /// A rule was broken: nothing is consumed any more.
    public var hasFailed: Bool { state == .failed }

    /// Appends what `input` says, and returns the bytes of it that are done with.
    ///
    /// Stops behind the `end` of one message. Bytes not consumed are offered again, with more behind them. Heads are
    /// consumed whole, bodies as they come. Behind `failed` nothing follows, and nothing more is consumed.
    public mutating func decode(
        _ input: Bytes, limits: HTTP1Limits, heads: inout HeadPool, events: inout EventBuffer
    ) -> Int {
        var index = 0
        do throws(HTTP1Fault) {
            if state == .idle { index = try skipEmptyLines(input) }
            if state == .head {
                let message = input.dropFirst(index)
                guard let end = try decodeHead(message, limits: limits, heads: &heads, events: &events) else {
                    return index
                }
                index &+= end
                state = .body
            }
            if state == .body {
                index = try body.decode(input, from: index, limits: limits, heads: &heads, events: &events)
                if body.isComplete {
                    events.append(MessageEvent(kind: .end))
                    self = HTTP1RequestDecoder()
                }
            }
        } catch {
            state = .failed
            events.append(MessageEvent(kind: .failed, reason: error.requestReason, fault: error))
        }
        return index
    }

    private mutating func skipEmptyLines(_ input: Bytes) throws(HTTP1Fault) -> Int {
        var index = 0
        while index < input.count, input[index] == ASCII.carriageReturn {
            guard index &+ 1 < input.count else { return index }
            if input[index &+ 1] != ASCII.lineFeed { throw .bareCarriageReturn }
            emptyLines &+= 1
            if emptyLines > HTTP1Limits.maxEmptyLines { throw .tooManyEmptyLines }
            index &+= 2
        }
        if index < input.count {
            if input[index] == ASCII.lineFeed { throw .bareLineFeed }
            state = .head
        }
        return index
    }

    /// Bytes of the head once it is whole.
    private mutating func decodeHead(
        _ message: Bytes, limits: HTTP1Limits, heads: inout HeadPool, events: inout EventBuffer
    ) throws(HTTP1Fault) -> Int? {
        // The first time the parser is tried at once: mostly the head is whole. Then only the scanner looks, until the
        // head ends or breaks a limit.
        let isFirst = scanner.scannedBytes == 0
        if !isFirst, !scanner.findsEnd(in: message), !isOverLimit(message, limits) { return nil }

        let window = message.prefix(Swift.max(0, limits.maxHeadBytes))
        var head = heads.acquire()
        var end: Int?
        do throws(HTTP1Fault) {
            end = try RequestHead.parse(window, limits: limits, into: &head, pool: &heads)
            if end == nil, message.count > window.count { throw .headTooLarge }
        } catch {
            heads.release(head)
            throw error
        }
        guard let end else {
            heads.release(head)
            if isFirst { _ = scanner.findsEnd(in: message) }
            return nil
        }
        events.append(MessageEvent(kind: .head, head: head))
        let facts = head.facts
        body = facts.isChunked ? .chunked : .fixed(facts.contentLength)
        return end
    }

    /// Past what a head that is not whole may hold: the parser says which limit it breaks.
    private func isOverLimit(_ message: Bytes, _ limits: HTTP1Limits) -> Bool {
        let lines = Int(scanner.lines)
        return message.count > limits.maxHeadBytes || lines > limits.effectiveMaxFields &+ 1
            || (lines == 0 && message.count > limits.maxTargetBytes &+ HTTP1Limits.maxMethodBytes)
    }
}
