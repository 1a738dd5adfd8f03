import HTTPWire
import Reactor
import Substrate

/// One connection from a client.
///
///     open ──answer with close, refusal──▶ closing ──flushed──▶ lingering ──EOF, time──▶ closed
struct ServerConnection: ~Copyable {
    enum Phase: UInt8 {
        case open
        /// Nothing more is read as requests; closes when the output is gone.
        case closing
        /// Our side is shut; input is thrown away so that the client can read its answer.
        case lingering
    }

    /// What the connection's timer waits for.
    enum Waiting: UInt8 { case handshake, head, idle, answer, body, stream, flush, linger }

    var io: ConnectionIO
    let listener: Int32
    let peer: SocketAddress
    var decoder = HTTP1RequestDecoder()
    var phase = Phase.open
    var exchange = SlotID.none
    var lingers = false
    var clientEnded = false
    /// Its handshake waits for a turn.
    var isInLine = false
    var waiting = Waiting.head
    var deadline = MonotonicTime.never
    var timer = TimerID.none
    var armedFor = MonotonicTime.never
    var requests: UInt32 = 0
    var progress = ProgressWatch()

    init(io: consuming ConnectionIO, listener: Int32, peer: SocketAddress) {
        self.io = io
        self.listener = listener
        self.peer = peer
    }
}
