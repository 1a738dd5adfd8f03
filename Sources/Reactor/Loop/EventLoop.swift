public import Substrate

/// One thread's wait for everything: an epoll, a timer wheel and both clocks.
///
/// A turn is: `poll`, then each `ready` event, then `timers.popExpired` until nil, then whatever the inbox holds. The
/// clock is read once, when `poll` returns.
///
/// What a turn touches lives behind one pointer that never changes, so that reading it counts no reference and checks
/// no exclusivity. Sendable so that it can be handed to the thread that runs it: everything but `wake()` and `waker`
/// belongs to that one thread.
@safe public final class EventLoop: @unchecked Sendable {
    /// Events taken in one turn. More wait in the kernel for the next.
    public static var defaultMaxEventsPerTurn: Int { 256 }
    /// The token that no caller may use: the loop's own wake-up.
    public static var reservedToken: UInt64 { .max }

    @safe fileprivate struct State: ~Copyable {
        var calls: SystemCalls
        var epoll: FileDescriptor
        var maxEvents: Int32
        var events: UnsafeMutablePointer<ReadyEvent>
        var now: Now
        var timers: TimerWheel
    }

    private let state: UnsafeMutablePointer<State>
    /// Ends this loop's wait from any thread.
    public let waker: Waker

    public init(
        calls: SystemCalls, maxEventsPerTurn: Int = EventLoop.defaultMaxEventsPerTurn
    ) throws(ReactorError) {
        precondition(maxEventsPerTurn > 0 && maxEventsPerTurn <= 65_536, "a turn has room for events")
        let epoll = calls.epollCreate()
        guard epoll >= 0 else { throw ReactorError(.createLoop, "", SystemError(result: epoll)) }
        let event = calls.eventCreate()
        guard event >= 0 else {
            calls.close(FileDescriptor(epoll))
            throw ReactorError(.createLoop, "", SystemError(result: event))
        }
        waker = Waker(calls: calls, event: FileDescriptor(event))
        // Edge-triggered, so the counter is never read: each write is one edge.
        let added = calls.epollAdd(
            FileDescriptor(epoll), FileDescriptor(event), [.in, .edgeTriggered], token: Self.reservedToken)
        guard added >= 0 else {
            calls.close(FileDescriptor(epoll))
            throw ReactorError(.createLoop, "", SystemError(result: added))
        }
        let now = Now(monotonic: calls.monotonic(), wall: calls.realtime())
        let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        let events = UnsafeMutablePointer<ReadyEvent>.allocate(capacity: maxEventsPerTurn)
        unsafe events.initialize(
            repeating: ReadyEvent(token: 0, readiness: []), count: maxEventsPerTurn)
        unsafe state.initialize(
            to: State(
                calls: calls, epoll: FileDescriptor(epoll), maxEvents: Int32(maxEventsPerTurn),
                events: events, now: now, timers: TimerWheel(now: now.monotonic)))
        unsafe self.state = state
    }

    deinit {
        unsafe state.pointee.calls.close(state.pointee.epoll)
        unsafe state.pointee.events.deallocate()
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    public var calls: SystemCalls { unsafe state.pointee.calls }

    /// Both clocks, as of the last `poll`.
    public var now: Now { unsafe state.pointee.now }

    /// The loop's timers. Their deadlines bound the next `poll`.
    public var timers: TimerWheel {
        unsafeAddress { unsafe UnsafePointer(timersAddress) }
        unsafeMutableAddress { unsafe timersAddress }
    }

    private var timersAddress: UnsafeMutablePointer<TimerWheel> {
        unsafe withUnsafeMutablePointer(to: &state.pointee.timers) { unsafe $0 }
    }

    // MARK: What is watched

    /// Watches a connection for life: edge-triggered for input, room and the peer's end. One call per connection.
    ///
    /// What is true at this moment is reported by the next `poll`.
    ///
    /// - Returns: ≥ 0, or −errno when the kernel has no memory or no watches left.
    @discardableResult
    public func add(_ fd: FileDescriptor, token: UInt64) -> Int {
        add(fd, token: token, interest: .connection)
    }

    /// Watches a listening socket: level-triggered, and of all loops that watch it one is woken.
    @discardableResult
    public func addListener(_ fd: FileDescriptor, token: UInt64) -> Int {
        add(fd, token: token, interest: .listener)
    }

    /// Watches any descriptor.
    @discardableResult
    public func add(_ fd: FileDescriptor, token: UInt64, interest: Interest) -> Int {
        precondition(token != Self.reservedToken, "the loop keeps this token for itself")
        return unsafe state.pointee.calls.epollAdd(state.pointee.epoll, fd, interest, token: token)
    }

    /// Stops watching. Needed only for a descriptor that stays open: closing one ends its watch. Events of this turn
    /// that are not read yet may still name its token.
    @discardableResult
    public func remove(_ fd: FileDescriptor) -> Int {
        unsafe state.pointee.calls.epollRemove(state.pointee.epoll, fd)
    }

    // MARK: Turns

    /// Waits until something is ready, the next timer is due or `wake()` is called; then reads the clocks.
    ///
    /// - Parameter hasWork: whether the caller has work left over; then this only looks and does not wait.
    /// - Returns: the number of events to read with `ready`. Wake-ups are not among them.
    public func poll(hasWork: Bool) -> Int {
        let timeout = hasWork ? 0 : unsafe Self.timeout(state)
        let found = unsafe state.pointee.calls.epollWait(
            state.pointee.epoll, state.pointee.events, state.pointee.maxEvents, timeoutMilliseconds: timeout)
        refreshNow()
        guard found > 0 else { return 0 }
        return removeWakeUp(found)
    }

    /// Reads both clocks again, for a turn that took long.
    public func refreshNow() {
        unsafe state.pointee.now = unsafe Now(
            monotonic: state.pointee.calls.monotonic(), wall: state.pointee.calls.realtime())
    }

    /// The event at `index`, below what the last `poll` returned.
    public func ready(_ index: Int) -> (token: UInt64, readiness: Readiness) {
        precondition(
            UInt(bitPattern: index) < UInt(unsafe state.pointee.maxEvents), "an event of this turn")
        let event = unsafe state.pointee.events[index]
        return (event.token, event.readiness)
    }

    /// Ends the wait in `poll`, from any thread. Many calls before the loop gets there cost one system call.
    public func wake() { waker.wake() }

    /// The clock is read afresh: the turn's own work has taken time since `now`. Rounded up, so that a wait never
    /// ends before the timer.
    private static func timeout(_ state: UnsafeMutablePointer<State>) -> Int32 {
        guard let deadline = unsafe state.pointee.timers.nextDeadline else { return -1 }
        let left = unsafe deadline.nanoseconds(since: state.pointee.calls.monotonic())
        return Int32(truncatingIfNeeded: min((left &+ 999_999) / 1_000_000, maxWaitMilliseconds))
    }

    /// Longest single wait; longer ones are made of several.
    private static var maxWaitMilliseconds: UInt64 { 3_600_000 }

    private func removeWakeUp(_ found: Int) -> Int {
        let events = unsafe state.pointee.events
        var index = 0
        while index < found {
            if unsafe events[index].token == Self.reservedToken {
                waker.loopIsAwake()
                unsafe events[index] = events[found &- 1]
                return found &- 1
            }
            index &+= 1
        }
        return found
    }
}
