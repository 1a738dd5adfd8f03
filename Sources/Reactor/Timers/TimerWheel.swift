public import Substrate

/// Timers by the hundred thousand: scheduling, moving and cancelling are a few writes each, whatever their number.
///
/// Six levels of 64 slots. A slot of level 0 is one tick, of level n it is 64ⁿ ticks, so the wheel spans 9 years; what
/// is later waits in the last slot and is looked at again. A timer's level is that of the highest six-bit group in which
/// its tick and the wheel's differ; when the wheel enters a slot of a higher level, its timers move down. One bit a slot
/// says whether it is empty, so empty time is stepped over, not walked through.
///
/// A timer never fires early and at most one tick late, plus what the caller is late with `popExpired`. Timers of one
/// tick fire in no promised order. Source of the shape: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels".
///
/// Time is a parameter. Memory grows to the most timers that ever waited and is given back with the wheel.
@safe public struct TimerWheel: ~Copyable {
    /// Nanoseconds of a tick: 2²², about 4.2 ms.
    public static var tickNanoseconds: UInt64 { 1 << tickShift }
    static var tickShift: UInt64 { 22 }
    static var levelCount: Int { 6 }
    static var slotCount: Int { 64 }
    /// The list of timers that are due. Lists are numbered level by level; this one comes last.
    static var dueList: Int { levelCount * slotCount }
    /// Ticks ahead up to which a deadline has a slot of its own.
    static var span: UInt64 { 1 << 36 }
    static var end: UInt32 { .max }

    struct Entry: BitwiseCopyable {
        var tick: UInt64
        var token: UInt64
        var next: UInt32
        var previous: UInt32
        /// Odd while the timer waits, even while the entry is free.
        var generation: UInt32
        /// The list that it is in; of a free entry nothing.
        var list: UInt32
    }

    private var entries: UnsafeMutablePointer<Entry>?
    private var capacity: Int
    private var firstFree: UInt32
    private let heads: UnsafeMutablePointer<UInt32>
    private var occupied: InlineArray<6, UInt64>
    /// Every timer with a smaller or equal tick is due.
    private var elapsed: UInt64
    /// Timers that wait or are due.
    public private(set) var count: Int

    public init(now: MonotonicTime) {
        unsafe entries = nil
        capacity = 0
        firstFree = Self.end
        unsafe heads = .allocate(capacity: Self.dueList + 1)
        unsafe heads.initialize(repeating: Self.end, count: Self.dueList + 1)
        occupied = InlineArray(repeating: 0)
        elapsed = now.nanoseconds >> Self.tickShift
        count = 0
    }

    deinit {
        unsafe entries?.deallocate()
        unsafe heads.deallocate()
    }

    // MARK: What callers do

    /// Starts a timer that hands `token` to `popExpired` once `deadline` has come. One that has passed is due at once.
    public mutating func schedule(at deadline: MonotonicTime, token: UInt64) -> TimerID {
        if firstFree == Self.end { grow() }
        let index = firstFree
        let entry = unsafe at(index)
        firstFree = unsafe entry.pointee.next
        unsafe entry.pointee.token = token
        unsafe entry.pointee.tick = Self.tick(deadline)
        unsafe entry.pointee.generation |= 1
        link(index)
        count &+= 1
        return unsafe TimerID(index: index, generation: entry.pointee.generation)
    }

    /// Ends a timer before it fires. A stale name is harmless.
    ///
    /// - Returns: whether there was such a timer.
    @discardableResult
    public mutating func cancel(_ id: TimerID) -> Bool {
        guard isWaiting(id) else { return false }
        unlink(id.index)
        free(id.index)
        return true
    }

    /// Gives a waiting timer another deadline; its name stays. `none` when it is not waiting any more.
    @discardableResult
    public mutating func reschedule(_ id: TimerID, at deadline: MonotonicTime) -> TimerID {
        guard isWaiting(id) else { return .none }
        let tick = Self.tick(deadline)
        if unsafe at(id.index).pointee.tick == tick { return id }
        unlink(id.index)
        unsafe at(id.index).pointee.tick = tick
        link(id.index)
        return id
    }

    /// Whether the timer has neither fired nor been cancelled.
    public func isWaiting(_ id: TimerID) -> Bool {
        guard Int(id.index) < capacity, let entries = unsafe entries else { return false }
        return unsafe entries[Int(id.index)].generation == id.generation && id.generation & 1 == 1
    }

    /// The token of a timer that is due, which ends it; nil when none is. Called until nil.
    ///
    /// - Parameter now: never before that of the call before; an earlier one is harmless.
    public mutating func popExpired(now: MonotonicTime) -> UInt64? {
        if unsafe heads[Self.dueList] == Self.end {
            advance(to: now.nanoseconds >> Self.tickShift)
            if unsafe heads[Self.dueList] == Self.end { return nil }
        }
        let index = unsafe heads[Self.dueList]
        unlink(index)
        let token = unsafe at(index).pointee.token
        free(index)
        return token
    }

    /// When the wheel next has something to do: never after the earliest deadline's tick, and before it where timers of
    /// a higher level must move down first. Nil without timers.
    public var nextDeadline: MonotonicTime? {
        if unsafe heads[Self.dueList] != Self.end { return .zero }
        guard let next = nextSlot() else { return nil }
        guard next.tick < 1 << (64 - Self.tickShift) else { return .never }
        return MonotonicTime(nanoseconds: next.tick << Self.tickShift)
    }

    // MARK: Time

    /// The first tick at or after a time.
    private static func tick(_ time: MonotonicTime) -> UInt64 {
        (time.nanoseconds >> tickShift) &+ (time.nanoseconds & (tickNanoseconds &- 1) == 0 ? 0 : 1)
    }

    private mutating func advance(to tick: UInt64) {
        while let next = nextSlot(), next.tick <= tick {
            elapsed = next.tick
            empty(next.list)
            if unsafe heads[Self.dueList] != Self.end { return }
        }
        if tick > elapsed { elapsed = tick }
    }

    /// The occupied slot that is entered first, and the tick at which it is.
    ///
    /// A lower level's slots all lie before the next slot of a higher one, so the lowest occupied level has it.
    private func nextSlot() -> (list: Int, tick: UInt64)? {
        var level = 0
        while level < Self.levelCount {
            let bits = occupied[level]
            if bits != 0 {
                let shift = UInt64(level &* 6)
                let position = (elapsed >> shift) & 63
                // Slots behind the wheel's position belong to its next turn round; only the last level has any.
                let turned = position == 0 ? bits : (bits >> position) | (bits << (64 &- position))
                let distance = UInt64(turned.trailingZeroBitCount)
                let start = ((elapsed >> shift) &+ distance) << shift
                let slot = Int((position &+ distance) & 63)
                return (level &* Self.slotCount &+ slot, max(start, elapsed))
            }
            level &+= 1
        }
        return nil
    }

    /// Puts every timer of a list where it belongs as seen from `elapsed`.
    private mutating func empty(_ list: Int) {
        var index = unsafe heads[list]
        unsafe heads[list] = Self.end
        occupied[list / Self.slotCount] &= ~(1 << UInt64(list % Self.slotCount))
        while index != Self.end {
            let next = unsafe at(index).pointee.next
            link(index)
            index = next
        }
    }

    private func list(for tick: UInt64) -> Int {
        guard tick > elapsed else { return Self.dueList }
        // Later than the wheel reaches: the slot just behind its position, the last to be entered.
        let reachable = min(tick, elapsed &+ Self.span &- (1 << 30))
        let difference = elapsed ^ reachable
        let level = min((63 &- difference.leadingZeroBitCount) / 6, Self.levelCount &- 1)
        return level &* Self.slotCount &+ Int((reachable >> UInt64(level &* 6)) & 63)
    }

    // MARK: Lists

    private func at(_ index: UInt32) -> UnsafeMutablePointer<Entry> {
        unsafe entries.unsafelyUnwrapped + Int(index)
    }

    private mutating func link(_ index: UInt32) {
        let entry = unsafe at(index)
        let list = unsafe list(for: entry.pointee.tick)
        let head = unsafe heads[list]
        unsafe entry.pointee.list = UInt32(truncatingIfNeeded: list)
        unsafe entry.pointee.next = head
        unsafe entry.pointee.previous = Self.end
        if head != Self.end { unsafe at(head).pointee.previous = index }
        unsafe heads[list] = index
        if list != Self.dueList { occupied[list / Self.slotCount] |= 1 << UInt64(list % Self.slotCount) }
    }

    private mutating func unlink(_ index: UInt32) {
        let entry = unsafe at(index).pointee
        if entry.next != Self.end { unsafe at(entry.next).pointee.previous = entry.previous }
        if entry.previous != Self.end {
            unsafe at(entry.previous).pointee.next = entry.next
            return
        }
        let list = Int(entry.list)
        unsafe heads[list] = entry.next
        if entry.next == Self.end, list != Self.dueList {
            occupied[list / Self.slotCount] &= ~(1 << UInt64(list % Self.slotCount))
        }
    }

    private mutating func free(_ index: UInt32) {
        let entry = unsafe at(index)
        unsafe entry.pointee.generation &+= 1
        unsafe entry.pointee.next = firstFree
        firstFree = index
        count &-= 1
    }

    private mutating func grow() {
        let wanted = max(64, capacity * 2)
        precondition(wanted < Int(Self.end), "fewer than 2³² timers")
        let fresh = UnsafeMutablePointer<Entry>.allocate(capacity: wanted)
        if let entries = unsafe entries {
            unsafe fresh.update(from: entries, count: capacity)
            unsafe entries.deallocate()
        }
        var index = wanted
        while index > capacity {
            index -= 1
            unsafe fresh[index] = Entry(
                tick: 0, token: 0, next: firstFree, previous: Self.end, generation: 0, list: 0)
            firstFree = UInt32(index)
        }
        unsafe entries = fresh
        capacity = wanted
    }
}
