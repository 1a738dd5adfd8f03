public import Reactor
public import Substrate

/// One request and its answer: the unit of work, whatever carries it.
///
/// Lives in a slab slot from the moment its head is whole until the answer is queued (or given up). Public fields are
/// for the handler to read; the driver alone writes them, except where a field says otherwise.
public struct Exchange: ~Copyable {
    enum RequestPhase: UInt8 { case receiving, complete }
    enum ResponsePhase: UInt8 { case waiting, streaming, complete }
    enum BodyMode: UInt8 { case streaming, collecting, discarding }

    public internal(set) var id: SlotID
    /// Index of the listener that accepted the connection.
    public let listener: Int32
    /// The request's head; the exchange owns it.
    public let head: MessageHead
    /// The downstream connection's peer.
    public let peer: SocketAddress
    /// When the head was whole.
    public let startedAt: Now

    let connection: SlotID
    var requestPhase = RequestPhase.receiving
    var responsePhase = ResponsePhase.waiting
    var bodyMode = BodyMode.streaming
    var maxBodyBytes = UInt64.max
    var attempt = SlotID.none
    /// The answer goes out in chunks.
    var answersChunked = false
    /// The answer is our own, and its end is not known.
    var isStream = false
    /// The handler has more of a streamed answer than there was room for.
    var streamHasMore = false
    /// The connection closes behind the answer. The handler may set it while it is asked about the request.
    public var closesConnection = false

    /// The request's body, where the handler asked to collect it.
    public internal(set) var body = ByteBuffer()
    /// Body bytes received from the client, framing left out.
    public internal(set) var requestBodyBytes: UInt64 = 0
    /// Body bytes sent to the client, framing left out.
    public internal(set) var responseBodyBytes: UInt64 = 0
    /// Status sent to the client; 0 before that.
    public internal(set) var status: UInt16 = 0
    /// Why Outrigger answered itself, or gave up.
    public internal(set) var reason = ReasonCode.none
    /// Attempts started.
    public internal(set) var attempts: UInt8 = 0
    /// The last attempt went over a connection that had served before.
    public internal(set) var reusedConnection = false
    /// The pool of the last attempt: an endpoint's stable number; -1 without one.
    public internal(set) var pool: Int32 = -1
    /// When the last attempt began; when its connection was ready; when its answer began. Zero before that.
    public internal(set) var attemptStartedAt = MonotonicTime.zero
    /// When the first attempt began; zero before that.
    public internal(set) var firstAttemptAt = MonotonicTime.zero
    public internal(set) var connectedAt = MonotonicTime.zero
    public internal(set) var firstByteAt = MonotonicTime.zero
    /// Time from the head to the answer's head, over all attempts.
    var requestTimeoutNanoseconds: UInt64 = 15_000_000_000
    /// Longest pause between two pieces of a body.
    var idleTimeoutNanoseconds: UInt64 = 60_000_000_000

    init(
        id: SlotID, listener: Int32, head: MessageHead, peer: SocketAddress, startedAt: Now,
        connection: SlotID
    ) {
        self.id = id
        self.listener = listener
        self.head = head
        self.peer = peer
        self.startedAt = startedAt
        self.connection = connection
    }
}

/// An exchange's slot, good for the loop turn.
public typealias ExchangePointer = SlotPointer<Exchange>
