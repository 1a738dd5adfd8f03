import Synchronization

/// A copy of one thread's `TransportCounters` that others may read: word by word, so that a new field needs nothing here.
final class PublishedCounters: Sendable {
    private static var wordCount: Int { MemoryLayout<TransportCounters>.size / 8 }

    @safe private struct Words: @unchecked Sendable {
        // Unchecked: atomic, and freed with the object only.
        let cells: UnsafeMutablePointer<Atomic<UInt64>>
    }

    private let words: Words

    init() {
        precondition(MemoryLayout<TransportCounters>.size % 8 == 0, "every counter is 64 bits wide")
        let cells = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: Self.wordCount)
        for word in 0..<Self.wordCount { unsafe (cells + word).initialize(to: Atomic(0)) }
        words = unsafe Words(cells: cells)
    }

    deinit { unsafe words.cells.deallocate() }

    /// One thread's.
    func publish(_ counters: TransportCounters) {
        let cells = unsafe words.cells
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
        let cells = unsafe words.cells
        unsafe withUnsafeMutableBytes(of: &counters) { bytes in
            for word in 0..<Self.wordCount {
                unsafe bytes.storeBytes(
                    of: cells[word].load(ordering: .relaxed), toByteOffset: word &* 8, as: UInt64.self)
            }
        }
        return counters
    }
}
