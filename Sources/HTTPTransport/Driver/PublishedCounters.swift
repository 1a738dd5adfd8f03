import Synchronization

/// A copy of one thread's `TransportCounters` that others may read: word by word, so that a new field needs nothing here.
///
/// Copying the value copies the address, and a copy costs no reference count; the board that made it frees it.
@safe struct PublishedCounters: BitwiseCopyable, @unchecked Sendable {
    // Unchecked: all that is reached through the address is atomic.
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>

    private static var wordCount: Int { MemoryLayout<TransportCounters>.size / 8 }

    init() {
        precondition(MemoryLayout<TransportCounters>.size % 8 == 0, "every counter is 64 bits wide")
        unsafe cells = .allocate(capacity: Self.wordCount)
        for word in 0..<Self.wordCount { unsafe (cells + word).initialize(to: Atomic(0)) }
    }

    func deallocate() { unsafe cells.deallocate() }

    /// One thread's.
    func publish(_ counters: borrowing TransportCounters) {
        unsafe withUnsafeBytes(of: counters) { bytes in
            for word in 0..<Self.wordCount {
                unsafe cells[word].store(
                    bytes.load(fromByteOffset: word &* 8, as: UInt64.self), ordering: .relaxed)
            }
        }
    }

    /// Any thread's. Each counter is right; they may be of two turns.
    var value: TransportCounters {
        var counters = TransportCounters()
        unsafe withUnsafeMutableBytes(of: &counters) { bytes in
            for word in 0..<Self.wordCount {
                unsafe bytes.storeBytes(
                    of: cells[word].load(ordering: .relaxed), toByteOffset: word &* 8, as: UInt64.self)
            }
        }
        return counters
    }
}
