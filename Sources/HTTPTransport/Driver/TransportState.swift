import Cryptography
import HTTPWire
import Reactor
import Substrate

/// Everything that one worker's transport owns. At one address for life; only its loop's thread touches it.
struct TransportState: ~Copyable {
    let loop: EventLoop
    let calls: SystemCalls
    let limits: TransportLimits
    let worker: Int
    let loads: WorkerLoads
    var handler: any ExchangeHandler
    var random: RandomSource

    var servers = Slab<ServerConnection>()
    var clients = Slab<ClientConnection>()
    var exchanges = Slab<Exchange>()
    var attempts = Slab<Attempt>()

    var heads = HeadPool()
    var events = EventBuffer()
    var buffers = BufferPool()
    /// Where handlers write pieces of streamed answers: their length stands in front of them.
    var streamed = ByteBuffer()
    let received: ReceiveBuffer
    /// Where TLS decrypts to: as large as `received`, and one record more for what a session held back.
    let decrypted: ReceiveBuffer

    var listeners: [ListenerState] = []
    var pools: [UpstreamPool] = []
    /// Connections with output to send before the turn ends.
    var dirty: [Token] = []
    /// Connections that stopped reading early and may go on.
    var ready: [Token] = []
    var readyNow: [Token] = []
    /// Clients' handshakes that can go on.
    var handshakes: HandshakeQueue
    /// Of `handshakes`, somebody has gone.
    var hasGoneFromLine = false
    /// Every answer says `Connection: close`.
    var announcesClose = false
    /// Nobody new is let in; what is idle closes.
    var isDraining = false
    /// Given up for a moment when descriptors run out, so that one client is told instead of left to wait.
    var reserve: ReserveDescriptor
    /// Held in the bodies of exchanges that collect theirs.
    var collectedBytes = 0
    var counters = TransportCounters()
    let board = TrafficBoard()
    /// By listener number, on the board. Grows on the rare occasion of a new listener.
    var traffic = FlatTable<SharedTraffic>()
    let upstreamTraffic: SharedTraffic
    let published: PublishedCounters
    /// Where accepted connections of other workers go.
    var peers: [any ConnectionSink] = []

    init(
        loop: EventLoop, calls: SystemCalls, limits: TransportLimits, worker: Int, loads: WorkerLoads,
        handler: any ExchangeHandler, seed: UInt64
    ) {
        self.loop = loop
        self.calls = calls
        self.limits = limits
        self.worker = worker
        self.loads = loads
        self.handler = handler
        random = RandomSource(seed: seed)
        handshakes = HandshakeQueue(capacity: limits.maxWaitingHandshakes)
        upstreamTraffic = board.upstreamTraffic
        published = board.published
        reserve = ReserveDescriptor(calls: calls)
        // A leftover of one watermark may stand in front of what is received.
        received = ReceiveBuffer(capacity: limits.receiveBytes * 2)
        decrypted = ReceiveBuffer(capacity: limits.receiveBytes * 3 + 17 * 1024)
    }

    deinit { traffic.deallocate() }

    mutating func add(_ listener: ListenerState) {
        listeners.append(listener)
        let grown = FlatTable(repeating: board.addListener(), count: listeners.count)
        for index in 0..<traffic.count { grown[index] = traffic[index] }
        traffic.deallocate()
        traffic = grown
    }
}

/// One listening socket, as this worker sees it.
struct ListenerState {
    let descriptor: FileDescriptor
    var options: ListenerOptions
    var isPaused = false
    var isClosed = false
}
