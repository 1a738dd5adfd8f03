import HTTPWire
import Reactor
import Substrate

/// One connection to an endpoint.
///
///     connecting ──▶ handshaking ──▶ busy ⇄ idle
struct ClientConnection: ~Copyable {
    enum Phase: UInt8 { case connecting, handshaking, busy, idle }

    var io: ConnectionIO
    let pool: Int32
    /// The pool's epoch when the connection was made.
    let epoch: UInt32
    var decoder = HTTP1ResponseDecoder()
    var phase = Phase.connecting
    var attempt = SlotID.none
    var timer = TimerID.none
    /// Of the answer being read: whether another request may follow it, and for how long the server keeps the
    /// connection (0: it did not say).
    var keepsAlive = false
    var keepAliveSeconds: UInt32 = 0
    /// Answers that came whole over this connection.
    var served: UInt32 = 0
    /// When it became idle, and until when it may be used again.
    var idleSince = MonotonicTime.zero
    var idleDeadline = MonotonicTime.zero
    // The pool's idle list: newest first.
    var newer = SlotID.none
    var older = SlotID.none

    init(io: consuming ConnectionIO, pool: Int32, epoch: UInt32) {
        self.io = io
        self.pool = pool
        self.epoch = epoch
    }
}
