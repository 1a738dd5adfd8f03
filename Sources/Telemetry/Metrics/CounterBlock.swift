import Synchronization

/// A fixed number of counters with one writer and any number of readers, on cache lines of their own.
///
/// Copying the value copies the address; the owner calls `deallocate()` once.
@safe struct CounterBlock {
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>
    let count: Int

    init(count: Int) {
        /// Two workers never write to one line. Source: 64 bytes on x86-64 and most ARM cores.
        let cacheLineBytes = 64
        let bytes = (count * 8 + cacheLineBytes - 1) / cacheLineBytes * cacheLineBytes
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: cacheLineBytes)
        unsafe cells = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        for cell in 0..<count { unsafe (cells + cell).initialize(to: Atomic(0)) }
        self.count = count
    }

    func deallocate() { unsafe UnsafeMutableRawPointer(cells).deallocate() }

    /// The writer's.
    func add(_ amount: UInt64, to cell: Int) {
        precondition(UInt(bitPattern: cell) < UInt(bitPattern: count), "counter inside the block")
        unsafe cells[cell].store(cells[cell].load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// Anyone's. Acquires, so that two counters read one after the other are not seen in the wrong order.
    func value(_ cell: Int) -> UInt64 {
        precondition(UInt(bitPattern: cell) < UInt(bitPattern: count), "counter inside the block")
        return unsafe cells[cell].load(ordering: .acquiring)
    }
}
