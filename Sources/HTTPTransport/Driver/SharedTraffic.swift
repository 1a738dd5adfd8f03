import Synchronization

/// `TrafficCounters` in place: the loop's thread counts, any thread reads at any time, and nobody is asked.
///
/// On cache lines of their own, so that two workers never write to one. Copying the value copies the address; the board
/// that made it frees it.
@safe struct SharedTraffic: BitwiseCopyable, @unchecked Sendable {
    // Unchecked: all that is reached through the address is atomic.
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>

    private static var cellCount: Int { 8 }
    /// Source: cache lines of x86-64 and most ARM cores.
    private static var alignment: Int { 64 }

    init() {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Self.cellCount * 8, alignment: Self.alignment)
        unsafe cells = memory.bindMemory(to: Atomic<UInt64>.self, capacity: Self.cellCount)
        for cell in 0..<Self.cellCount { unsafe (cells + cell).initialize(to: Atomic(0)) }
    }

    func deallocate() { unsafe UnsafeMutableRawPointer(cells).deallocate() }

    /// Anyone's. What ends is read before what begins, so that no difference is negative.
    var snapshot: TrafficCounters {
        var counters = TrafficCounters()
        counters.closed = value(1)
        counters.opened = value(0)
        counters.ended = value(3)
        counters.begun = value(2)
        counters.received = value(4)
        counters.sent = value(5)
        return counters
    }

    /// Connections that lie in pools; of the upstream's traffic only.
    var pooledConnections: UInt64 { value(6) }

    private func value(_ cell: Int) -> UInt64 { unsafe cells[cell].load(ordering: .acquiring) }

    // MARK: The loop's thread. A single writer needs no read-modify-write instruction: `&+=` is a load and a store.

    var opened: UInt64 {
        get { unsafe cells[0].load(ordering: .relaxed) }
        nonmutating set { unsafe cells[0].store(newValue, ordering: .relaxed) }
    }
    var closed: UInt64 {
        get { unsafe cells[1].load(ordering: .relaxed) }
        nonmutating set { unsafe cells[1].store(newValue, ordering: .releasing) }
    }
    var begun: UInt64 {
        get { unsafe cells[2].load(ordering: .relaxed) }
        nonmutating set { unsafe cells[2].store(newValue, ordering: .relaxed) }
    }
    var ended: UInt64 {
        get { unsafe cells[3].load(ordering: .relaxed) }
        nonmutating set { unsafe cells[3].store(newValue, ordering: .releasing) }
    }
    var received: UInt64 {
        get { unsafe cells[4].load(ordering: .relaxed) }
        nonmutating set { unsafe cells[4].store(newValue, ordering: .relaxed) }
    }
    var sent: UInt64 {
        get { unsafe cells[5].load(ordering: .relaxed) }
        nonmutating set { unsafe cells[5].store(newValue, ordering: .relaxed) }
    }
    var pooled: UInt64 {
        get { unsafe cells[6].load(ordering: .relaxed) }
        nonmutating set { unsafe cells[6].store(newValue, ordering: .relaxed) }
    }
}
