import Glibc
public import Reactor
public import Substrate

/// A network and a kernel in memory, behind the same `SystemCalls` table as the real one.
///
/// The code under test gets `calls` and cannot tell the difference: sockets, listeners, epoll with Linux's edges,
/// eventfd, both clocks, random bytes. The test plays the other side with `client(connectTo:)` and `listen(_:)`, turns
/// the knobs, and runs loops with `run`. Everything follows from the seed.
///
/// **Time** is virtual. It moves when the test says so, and when a loop waits with nothing ready: then straight to that
/// wait's end. A wait without end and without anything to come is counted in `stalls`. So a hang shows as a stall or as
/// virtual time that has passed, at once.
///
/// **Arrival.** Without knobs, what is sent arrives at once. With `maxBytesPerRead` n, each wait of a loop brings every
/// connection at most n bytes more, each an edge of its own; an end or a reset comes in a wait of its own. A read that
/// is shorter than its room has therefore drained the socket, exactly as on Linux.
///
/// **Edges** are Linux's: every arrival, an end, a reset, room after a refused write (or after epoll saw none), the end
/// of a connect, and every `shutdown` are one; several before a wait are reported as one, with the state at that time.
///
/// A network is never freed unless `free` is called, so that loops and tables may outlive the test's own variable.
///
/// Sendable: every function takes the lock.
@safe public final class SimulatedNetwork: @unchecked Sendable {
    // MARK: Knobs. Set before the loops run, or between their turns.

    /// Bytes that arrive at a connection of the code under test per wait; nil for all.
    public var maxBytesPerRead: Int?
    /// Bytes that a connection of the code under test can write per wait; nil for all that fit.
    public var maxBytesPerWrite: Int?
    /// Receive buffer of connections made from now on.
    public var bufferBytes = 64 * 1024
    /// Whether what is ready at the same time is reported in random order.
    public var shufflesReadyOrder = true
    /// Descriptors that may be open at once; more is EMFILE.
    public var descriptorLimit = 1_000_000
    /// Virtual nanoseconds that every wait costs, so that a loop that never idles does not stop the clock.
    public var waitCostNanoseconds: UInt64 = 1_000
    /// Loops on their own threads: a wait with nothing ready blocks until something happens, and time moves only by
    /// `advance`.
    public var blocksThreads = false

    /// Told of every call of the code under test. For a person who reads along.
    public var traceLine: ((String) -> Void)?

    // MARK: State, under the lock

    var random: RandomSource
    var files: [FileDescriptor: SimulatedFile] = [:]
    var listeners: [SimulatedListenerSocket] = []
    var connecting: [(stream: SimulatedStream, address: SocketAddress)] = []
    /// Connections with something in flight or throttled.
    var moving: [SimulatedStream] = []
    var blackHoles: [SocketAddress] = []
    var nextPort: UInt16 = 40_000
    var elapsed: UInt64 = 0
    var faults: [SimulatedCall: (error: SystemError, times: Int)] = [:]
    var counts: [SimulatedCall: Int] = [:]
    var stallCount = 0
    var misuseReports: [String] = []
    var traceSum: UInt64 = 0xcbf2_9ce4_8422_2325
    /// Every stream made, so that `free` can part the ends that hold each other.
    var streams: [SimulatedStream] = []

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    public init(seed: UInt64 = 1) {
        random = RandomSource(seed: seed)
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
        unsafe _ = Unmanaged.passRetained(self)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// For runs that make thousands: gives the memory back once the last reference is gone. Loops and tables of this
    /// network must be gone already.
    public func free() {
        withLock {
            for stream in streams {
                stream.other = nil
                stream.watches = []
            }
            streams = []
            listeners = []
        }
        unsafe Unmanaged.passUnretained(self).release()
    }

    func withLock<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer {
            unsafe pthread_cond_broadcast(condition)
            unsafe pthread_mutex_unlock(mutex)
        }
        return body()
    }

    /// Gives the lock up until something changes.
    func waitForChange() { unsafe pthread_cond_wait(condition, mutex) }

    // MARK: Playing the other side

    /// A client that the test plays. Connects at once, or is refused.
    ///
    /// - Parameter from: its address; 127.0.0.1 and the next port by default.
    public func client(connectTo address: SocketAddress, from: SocketAddress? = nil) -> SimulatedPeer {
        withLock {
            let stream = makeStream(address.family, isScripted: true)
            stream.local = from ?? nextLocalAddress(address.family)
            stream.remote = address
            if !establish(stream, address) {
                stream.phase = .dead
                stream.pendingError = .connectionRefused
            }
            return SimulatedPeer(network: self, stream: stream)
        }
    }

    /// A server that the test plays: connects of the code under test to `address` succeed and wait in `accept()`.
    /// Port 0 takes a free one.
    public func listen(_ address: SocketAddress, backlog: Int = 128) -> SimulatedListener {
        withLock {
            let socket = SimulatedListenerSocket(address: address, isScripted: true)
            if address.family != .unix, address.port == 0 { socket.address.port = takePort() }
            precondition(!isTaken(socket.address), "the simulated address is free")
            socket.backlog = backlog
            listeners.append(socket)
            return SimulatedListener(network: self, socket: socket)
        }
    }

    /// From now on a connect to `address` gets no answer at all.
    public func blackHole(_ address: SocketAddress) { withLock { blackHoles.append(address) } }

    // MARK: Faults and counts

    /// Lets the next `times` calls of one kind fail.
    public func failNext(_ call: SimulatedCall, with error: SystemError, times: Int = 1) {
        withLock { faults[call] = (error, times) }
    }

    /// Calls of one kind so far.
    public func count(of call: SimulatedCall) -> Int { withLock { counts[call] ?? 0 } }

    /// Descriptors that the code under test holds open.
    public var openDescriptors: Int { withLock { files.count } }

    /// Waits without end in which nothing could ever happen.
    public var stalls: Int { withLock { stallCount } }

    /// Calls on descriptors that are not open or not fit for them. The kernel's own table would have ended the process.
    public var misuses: [String] { withLock { misuseReports } }

    /// A sum over every call of the code under test so far: kind, descriptor, result, in order. Two runs of equal traces
    /// did the same.
    public var trace: UInt64 { withLock { traceSum } }

    // MARK: Time

    /// The virtual monotonic clock; it starts at 1,000 s.
    public var now: MonotonicTime { withLock { monotonic } }

    var monotonic: MonotonicTime { MonotonicTime(nanoseconds: 1_000_000_000_000 &+ elapsed) }

    /// Moves both clocks on.
    public func advance(nanoseconds: UInt64) { withLock { elapsed &+= nanoseconds } }

    public func advance(milliseconds: UInt64) { advance(nanoseconds: milliseconds * 1_000_000) }

    /// How `run` ended.
    public enum Outcome: Equatable, Sendable {
        case done
        /// A loop waited for ever.
        case stalled
        /// Virtual time ran out.
        case deadline
        /// The number of turns ran out: something spins.
        case spinning
    }

    /// Calls `turn` until `isDone`. A hang ends it: no real time passes in waiting.
    ///
    /// - Parameters:
    ///   - seconds: virtual time at most.
    ///   - maxTurns: turns at most.
    ///   - stopsOnStall: whether a wait without end is a hang. False when `turn` runs several loops of which one may
    ///     have nothing to do.
    public func run(
        seconds: UInt64 = 60, maxTurns: Int = 1_000_000, stopsOnStall: Bool = true, until isDone: () -> Bool,
        turn: () -> Void
    ) -> Outcome {
        let deadline = now.adding(nanoseconds: seconds * 1_000_000_000)
        for _ in 0..<maxTurns {
            if isDone() { return .done }
            let before = stalls
            turn()
            if isDone() { return .done }
            if stopsOnStall, stalls > before { return .stalled }
            if now >= deadline { return .deadline }
        }
        return .spinning
    }
}

/// The kinds of call that can be counted and made to fail.
public enum SimulatedCall: UInt8, Sendable, Hashable, CaseIterable {
    case recv, send, sendVector, socket, bind, listen, accept, connect, setOption, shutdown, close
    case epollCreate, epollControl, epollWait, eventCreate, eventRead, eventWrite
}
