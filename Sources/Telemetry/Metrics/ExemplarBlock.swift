import Substrate
import Synchronization

/// The newest exemplar of each bucket of one series. One writer; a reader that meets it at work sees no exemplar of that
/// bucket, and never parts of two.
///
/// Each exemplar is a sequence number and four words: odd while they change (a sequence lock). Copying the value copies
/// the address; the owner calls `deallocate()` once.
@safe struct ExemplarBlock: @unchecked Sendable {
    // Unchecked: all that is reached through the address is atomic.
    private typealias Word = Atomic<UInt64>

    private static let wordsPerExemplar = 5
    /// How often a reader tries anew when the writer was at work.
    private static let attempts = 4

    private let memory: UnsafeMutablePointer<Word>
    private let count: Int

    init(count: Int) {
        unsafe memory = .allocate(capacity: count * Self.wordsPerExemplar)
        self.count = count
        for word in 0..<(count * Self.wordsPerExemplar) { unsafe (memory + word).initialize(to: Word(0)) }
    }

    /// The block at what was `address`. Nil for 0.
    init?(unsafeAddress address: UInt64, count: Int) {
        guard let memory = unsafe UnsafeMutablePointer<Word>(bitPattern: UInt(address)) else { return nil }
        unsafe self.memory = unsafe memory
        self.count = count
    }

    func deallocate() { unsafe memory.deallocate() }

    var address: UInt64 { unsafe UInt64(UInt(bitPattern: memory)) }

    // MARK: The writer's

    func store(_ exemplar: Exemplar, at bucket: Int) {
        precondition(UInt(bitPattern: bucket) < UInt(bitPattern: count), "exemplar inside the block")
        let words = unsafe memory + bucket &* Self.wordsPerExemplar
        let sequence = unsafe words[0].load(ordering: .relaxed)
        unsafe words[0].store(sequence &+ 1, ordering: .relaxed)
        // No word of the exemplar is seen before the odd number: whoever sees one then sees that too.
        atomicMemoryFence(ordering: .releasing)
        unsafe words[1].store(exemplar.traceHigh, ordering: .relaxed)
        unsafe words[2].store(exemplar.traceLow, ordering: .relaxed)
        unsafe words[3].store(exemplar.durationNanoseconds, ordering: .relaxed)
        unsafe words[4].store(exemplar.time.nanoseconds, ordering: .relaxed)
        unsafe words[0].store(sequence &+ 2, ordering: .releasing)
    }

    func clear() {
        for bucket in 0..<count { store(.none, at: bucket) }
    }

    // MARK: The reader's

    /// The bucket's exemplar, whole; none if there is none, or the writer did not stop changing it.
    func load(_ bucket: Int) -> Exemplar {
        precondition(UInt(bitPattern: bucket) < UInt(bitPattern: count), "exemplar inside the block")
        let words = unsafe memory + bucket &* Self.wordsPerExemplar
        for _ in 0..<Self.attempts {
            let before = unsafe words[0].load(ordering: .acquiring)
            guard before & 1 == 0 else { continue }
            let exemplar = unsafe Exemplar(
                traceHigh: words[1].load(ordering: .relaxed), traceLow: words[2].load(ordering: .relaxed),
                durationNanoseconds: words[3].load(ordering: .relaxed),
                time: WallTime(nanoseconds: words[4].load(ordering: .relaxed)))
            atomicMemoryFence(ordering: .acquiring)
            if unsafe words[0].load(ordering: .relaxed) == before { return exemplar }
        }
        return .none
    }
}
