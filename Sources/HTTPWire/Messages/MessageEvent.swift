public import Substrate

/// One thing that a codec learnt from a connection's bytes. HTTP/1 and HTTP/2 append the same events.
public struct MessageEvent {
    public enum Kind: UInt8, Sendable, BitwiseCopyable {
        /// The head of a request, or of a final response.
        case head
        /// The head of a 1xx response other than 101; more heads follow.
        case informational
        /// Content, as it lies in the input.
        case body
        /// Validated trailer field lines, each with its CRLF, without the empty line behind them.
        case trailers
        /// The message is complete.
        case end
        /// The peer broke a rule; nothing more comes from this decoder.
        case failed
    }

    public var kind: Kind
    /// The HTTP/2 stream; 0 in HTTP/1.
    public var stream: UInt32 = 0
    /// Of `head` and `informational`. Whoever handles the event owns it, and releases it to the pool.
    public var head: MessageHead?
    /// Of `body` and `trailers`: within the `input` of the decode call that appended the event.
    public var range = ByteRange()
    /// Of `failed`: what the peer is answered, or what is said about it.
    public var reason = ReasonCode.none
    /// Of `failed`: the rule that was broken, for the error log.
    public var fault = HTTP1Fault.none

    public init(
        kind: Kind, stream: UInt32 = 0, head: MessageHead? = nil, range: ByteRange = ByteRange(),
        reason: ReasonCode = .none, fault: HTTP1Fault = .none
    ) {
        self.kind = kind
        self.stream = stream
        self.head = head
        self.range = range
        self.reason = reason
        self.fault = fault
    }
}
