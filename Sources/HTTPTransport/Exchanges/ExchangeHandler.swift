public import Cryptography
public import Substrate

/// What decides about exchanges. The transport calls it on its loop's thread and does what it answers.
///
/// No method may keep the pointers or windows that it is lent, nor call back into the transport except where it says so.
public protocol ExchangeHandler: AnyObject {
    /// A request's head is whole.
    func requestArrived(_ exchange: ExchangePointer) -> RequestDecision

    /// A piece of a body that is being collected, before it is stored.
    func bodyArrived(_ exchange: ExchangePointer, _ bytes: Bytes)

    /// A collected body is whole.
    func bodyCollected(_ exchange: ExchangePointer) -> RequestDecision

    /// Appends the request line and all end-to-end fields for the upstream. The transport appends framing and the
    /// empty line.
    func writeRequestHead(_ exchange: ExchangePointer, into output: inout ByteBuffer)

    /// The upstream's final answer begins: appends status line and end-to-end fields for the client, and returns the
    /// status sent. The transport appends framing and the empty line.
    func writeResponseHead(_ exchange: ExchangePointer, _ head: MessageHead, into output: inout ByteBuffer)
        -> UInt16

    /// Appends a whole answer of our own for `reason`, or, where `reason` is `.none`, the one that the decision
    /// `.answer` announced. Returns its status and the bytes of body appended. With `closing`, it says
    /// `Connection: close`.
    func writeLocalAnswer(
        _ exchange: ExchangePointer, _ reason: ReasonCode, closing: Bool, into output: inout ByteBuffer
    ) -> LocalAnswer

    /// The decision `.stream` begins an answer whose length is not known: appends status line and fields, and returns the
    /// status. The transport appends framing and the empty line.
    func writeStreamHead(_ exchange: ExchangePointer, into output: inout ByteBuffer) -> UInt16

    /// Appends what there is of a streamed answer, in whole pieces and about `room` bytes at most. Asked behind the head,
    /// after `Transport.continueStream`, and when a slow client has read on; with `ending`, for the last time: a drain, or
    /// the client, ends it.
    func writeStream(
        _ exchange: ExchangePointer, room: Int, ending: Bool, into output: inout ByteBuffer
    ) -> StreamStep

    /// Appends an answer to bytes that never became an exchange.
    func writeRefusal(_ reason: ReasonCode, listener: Int32, into output: inout ByteBuffer)

    /// An attempt ended without a whole answer. Called only while nothing was sent to the client.
    func attemptFailed(_ exchange: ExchangePointer, _ failure: AttemptFailure) -> AttemptDecision

    /// An attempt's answer is whole, or was given up (`failure`) behind its head.
    func attemptFinished(_ exchange: ExchangePointer, status: UInt16, failure: AttemptFailure?)

    /// The exchange is over: recorded here, gone behind it.
    func exchangeEnded(_ exchange: ExchangePointer)

    /// A client's TLS handshake failed. Nil: it went away, or took too long.
    func handshakeFailed(listener: Int32, failure: TLSFailure?)

    /// A client's TLS handshake was not begun: too many wait.
    func handshakeShed(listener: Int32)

    /// An endpoint could not be reached; what becomes of the attempt is asked separately.
    func endpointFailed(pool: Int32, fault: UpstreamFault)

    /// Accepting stops for a moment: the process is out of descriptors.
    func acceptPaused(listener: Int32)

    /// A descriptor given to `Transport.watch` has something to read.
    func descriptorReady(_ number: UInt32)

    /// A time given to `Transport.schedule` has come.
    func timerFired(_ number: UInt32)
}

extension ExchangeHandler {
    public func writeStreamHead(_ exchange: ExchangePointer, into output: inout ByteBuffer) -> UInt16 {
        preconditionFailure("who decides to stream writes it")
    }
    public func writeStream(
        _ exchange: ExchangePointer, room: Int, ending: Bool, into output: inout ByteBuffer
    ) -> StreamStep { .end }
    public func handshakeFailed(listener: Int32, failure: TLSFailure?) {}
    public func handshakeShed(listener: Int32) {}
    public func endpointFailed(pool: Int32, fault: UpstreamFault) {}
    public func acceptPaused(listener: Int32) {}
    public func descriptorReady(_ number: UInt32) {}
    public func timerFired(_ number: UInt32) {}
}

/// What becomes of a request.
public enum RequestDecision {
    /// Send it to this pool.
    case forward(
        pool: Int32, requestTimeoutNanoseconds: UInt64, idleTimeoutNanoseconds: UInt64, maxBodyBytes: UInt64)
    /// Read the whole body first, up to `maxBytes`, then ask again.
    case collectBody(maxBytes: UInt64, requestTimeoutNanoseconds: UInt64, idleTimeoutNanoseconds: UInt64)
    /// Answer with a reason of the registry.
    case refuse(ReasonCode)
    /// Answer by `writeLocalAnswer(_, .none, …)`.
    case answer
    /// The handler will call `Transport.answerLater(_:)`.
    case wait
    /// Answer by `writeStreamHead` and `writeStream`, for as long as the handler says.
    case stream
}

/// What becomes of a request whose attempt failed.
public enum AttemptDecision {
    /// Sends it again. With `fresh`, over a new connection: the pooled ones may all be dead.
    case retry(pool: Int32, fresh: Bool)
    case refuse(ReasonCode)
}

/// An answer of our own, as written.
public struct LocalAnswer {
    public var status: UInt16
    public var bodyBytes: Int

    public init(status: UInt16, bodyBytes: Int) {
        self.status = status
        self.bodyBytes = bodyBytes
    }
}

/// Why an attempt has no whole answer.
public enum AttemptFailure: UInt8, Sendable {
    /// No pool of that number, or no descriptor for another connection.
    case noConnection
    case connectRefused
    case connectTimedOut
    case tlsFailed
    /// A reused connection turned out closed before any byte of an answer, and the request may be sent again.
    case reusedConnectionClosed
    /// The upstream closed or reset the connection.
    case reset
    case malformedResponse
    case timedOut
    /// The client went away.
    case cancelled

    /// The reason code that a client sees when no other attempt is made.
    public var reason: ReasonCode {
        switch self {
        case .noConnection, .connectRefused, .connectTimedOut: .upstreamConnectFailed
        case .tlsFailed: .upstreamTLSFailed
        case .reusedConnectionClosed, .reset: .upstreamReset
        case .malformedResponse: .upstreamResponseMalformed
        case .timedOut: .upstreamTimeout
        case .cancelled: .clientClosed
        }
    }
}
