import HTTPWire
import Substrate

/// One answer of a collector, as it comes in. Bounded: of the body no more is kept than a partial success needs.
struct CollectorAnswer: ~Copyable {
    /// Body kept. What is longer is read to its end and not understood.
    static var maxKeptBytes: Int { 64 * 1024 }
    /// Body read at all; the connection is closed past it.
    static var maxReadBytes: Int { 1 << 20 }

    enum Step: Equatable { case needsMore, whole, refused }

    private var decoder = HTTP1ResponseDecoder()
    private var heads = HeadPool()
    private var events = EventBuffer()
    private var input = ByteBuffer()
    private(set) var body = ByteBuffer()
    private var bodyBytes = 0
    private(set) var status: UInt16 = 0
    private(set) var retryAfterSeconds: UInt64?
    private(set) var keepsAlive = false
    private(set) var hasBegun = false
    private var isWhole = false

    init() {}

    mutating func expect() {
        decoder.expectResponse(to: .post)
        input.removeAll()
        body.removeAll()
        bodyBytes = 0
        status = 0
        retryAfterSeconds = nil
        keepsAlive = false
        hasBegun = false
        isWhole = false
    }

    /// Understands what was received.
    mutating func received(_ bytes: Bytes) -> Step {
        hasBegun = true
        input.append(bytes)
        while !input.isEmpty, !isWhole {
            let consumed = decoder.decode(
                input.bytes, limits: HTTP1Limits(), heads: &heads, events: &events)
            let isRefused = takeEvents()
            input.consume(consumed)
            if isRefused || bodyBytes > Self.maxReadBytes { return .refused }
            if consumed == 0 { break }
        }
        // Bytes behind an answer belong to nobody: the connection is not used again.
        if isWhole, !input.isEmpty { keepsAlive = false }
        return isWhole ? .whole : .needsMore
    }

    /// The collector closed.
    mutating func ended() -> Step {
        decoder.inputEnded(events: &events)
        keepsAlive = false
        return !takeEvents() && isWhole ? .whole : .refused
    }

    /// Whether the answer broke a rule.
    private mutating func takeEvents() -> Bool {
        var isRefused = false
        for index in 0..<events.count {
            let event = events[index]
            switch event.kind {
            case .head:
                if let head = event.head { take(head) }
            case .informational:
                if let head = event.head { heads.release(head) }
            case .body:
                bodyBytes += Int(event.range.count)
                if body.count + Int(event.range.count) <= Self.maxKeptBytes {
                    body.append(input.bytes[event.range])
                }
            case .trailers: break
            case .end: isWhole = true
            case .failed: isRefused = true
            }
        }
        events.removeAll()
        return isRefused
    }

    private mutating func take(_ head: MessageHead) {
        status = head.facts.status
        keepsAlive = head.facts.keepsAlive
        // A date is not followed: it would be another clock's.
        retryAfterSeconds = head.value(of: .retryAfter).flatMap { $0.decimalValue }
        heads.release(head)
    }
}
