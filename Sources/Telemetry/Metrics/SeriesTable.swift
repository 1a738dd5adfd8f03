import Substrate
import Synchronization

/// The series of one family of one worker: each a key and some counters, made on first use.
///
/// One thread writes. Any thread may read at the same time: series lie in chunks that are never moved or freed before
/// the table, and `published` says, with release, how many of them are complete. The index belongs to the writer.
///
/// Copying the value copies the address; the owner calls `deallocate()` once.
@safe struct SeriesTable {
    typealias Cell = Atomic<UInt64>

    /// Series beyond the limit that only `overflow` keys may take: one a direction, provider or the like.
    static let overflowReserve = 8
    private static let seriesPerChunk = 32
    /// Words of a series before its counters: the key.
    private static let keyWords = 2

    @safe private struct State: ~Copyable {
        let limit: Int
        let cellCount: Int
        let published = Atomic<Int>(0)
        /// One pointer a chunk, set before a series in it is published.
        let chunks: UnsafeMutablePointer<UnsafeMutablePointer<Cell>?>
        /// Open addressing by the upper bits of the hash; at most half full.
        var index: UnsafeMutablePointer<UnsafeMutablePointer<Cell>?>
        var indexBits: Int
    }

    private let state: UnsafeMutablePointer<State>

    /// - Parameters:
    ///   - cellCount: counters of each series.
    ///   - limit: most series besides the overflow's.
    init(cellCount: Int, limit: Int) {
        let chunkCount = Self.chunkCount(limit: limit)
        let chunks = UnsafeMutablePointer<UnsafeMutablePointer<Cell>?>.allocate(capacity: chunkCount)
        unsafe chunks.initialize(repeating: nil, count: chunkCount)
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(
            to: State(
                limit: limit, cellCount: cellCount, chunks: chunks, index: Self.emptyIndex(bits: 4),
                indexBits: 4))
    }

    /// Frees everything. Called once, when neither writer nor readers are left.
    func deallocate() {
        for chunk in unsafe 0..<Self.chunkCount(limit: state.pointee.limit) {
            unsafe state.pointee.chunks[chunk]?.deallocate()
        }
        unsafe state.pointee.chunks.deallocate()
        unsafe state.pointee.index.deallocate()
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Series made so far.
    var count: Int { unsafe state.pointee.published.load(ordering: .acquiring) }

    // MARK: The writer's side

    /// Adds to a counter of the series, if there is one.
    ///
    /// - Returns: whether there is.
    func add(_ amount: UInt64, to cell: Int, of key: SeriesKey) -> Bool {
        guard let series = unsafe find(key) else { return false }
        unsafe Self.add(amount, to: series + (Self.keyWords &+ cell))
        return true
    }

    /// Adds to two counters of the series, if there is one.
    func add(_ amount: UInt64, to cell: Int, _ second: UInt64, to secondCell: Int, of key: SeriesKey) -> Bool
    {
        guard let series = unsafe find(key) else { return false }
        unsafe Self.add(amount, to: series + (Self.keyWords &+ cell))
        unsafe Self.add(second, to: series + (Self.keyWords &+ secondCell))
        return true
    }

    /// Makes the series unless it exists or the limit is reached, which `isOverflow` keys may pass.
    ///
    /// - Returns: whether it exists now.
    func insert(_ key: SeriesKey, isOverflow: Bool) -> Bool {
        if unsafe find(key) != nil { return true }
        let count = unsafe state.pointee.published.load(ordering: .relaxed)
        let limit = unsafe state.pointee.limit &+ (isOverflow ? Self.overflowReserve : 0)
        guard count < limit else { return false }
        if unsafe (count &+ 1) &* 2 > 1 << state.pointee.indexBits { growIndex() }
        let series = unsafe place(for: count)
        unsafe series[0].store(key.high, ordering: .relaxed)
        unsafe series[1].store(key.low, ordering: .relaxed)
        unsafe Self.link(series, key: key, index: state.pointee.index, bits: state.pointee.indexBits)
        unsafe state.pointee.published.store(count &+ 1, ordering: .releasing)
        return true
    }

    /// A single writer needs no read-modify-write instruction: load, add, store.
    private static func add(_ amount: UInt64, to cell: UnsafeMutablePointer<Cell>) {
        unsafe cell.pointee.store(
            cell.pointee.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    private func find(_ key: SeriesKey) -> UnsafeMutablePointer<Cell>? {
        let index = unsafe state.pointee.index
        let bits = unsafe state.pointee.indexBits
        let mask = 1 << bits &- 1
        var slot = Int(truncatingIfNeeded: key.mixed >> UInt64(64 &- bits))
        while let series = unsafe index[slot] {
            if unsafe series[0].load(ordering: .relaxed) == key.high,
                unsafe series[1].load(ordering: .relaxed) == key.low
            {
                return unsafe series
            }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    /// Memory for the series of that number, all zero.
    private func place(for number: Int) -> UnsafeMutablePointer<Cell> {
        let words = unsafe Self.keyWords &+ state.pointee.cellCount
        let chunk = number / Self.seriesPerChunk
        if unsafe state.pointee.chunks[chunk] == nil {
            let fresh = UnsafeMutablePointer<Cell>.allocate(capacity: words &* Self.seriesPerChunk)
            for word in 0..<(words &* Self.seriesPerChunk) {
                unsafe (fresh + word).initialize(to: Cell(0))
            }
            unsafe state.pointee.chunks[chunk] = fresh
        }
        return unsafe state.pointee.chunks[chunk].unsafelyUnwrapped + (number % Self.seriesPerChunk) &* words
    }

    private func growIndex() {
        let old = unsafe state.pointee.index
        let oldSlots = unsafe 1 << state.pointee.indexBits
        let bits = unsafe state.pointee.indexBits &+ 1
        let fresh = unsafe Self.emptyIndex(bits: bits)
        for slot in 0..<oldSlots {
            guard let series = unsafe old[slot] else { continue }
            let key = unsafe Self.key(of: series)
            unsafe Self.link(series, key: key, index: fresh, bits: bits)
        }
        unsafe state.pointee.index = fresh
        unsafe state.pointee.indexBits = bits
        unsafe old.deallocate()
    }

    private static func link(
        _ series: UnsafeMutablePointer<Cell>, key: SeriesKey,
        index: UnsafeMutablePointer<UnsafeMutablePointer<Cell>?>, bits: Int
    ) {
        let mask = 1 << bits &- 1
        var slot = Int(truncatingIfNeeded: key.mixed >> UInt64(64 &- bits))
        while unsafe index[slot] != nil { slot = (slot &+ 1) & mask }
        unsafe index[slot] = series
    }

    private static func emptyIndex(bits: Int) -> UnsafeMutablePointer<UnsafeMutablePointer<Cell>?> {
        let index = UnsafeMutablePointer<UnsafeMutablePointer<Cell>?>.allocate(capacity: 1 << bits)
        unsafe index.initialize(repeating: nil, count: 1 << bits)
        return unsafe index
    }

    private static func chunkCount(limit: Int) -> Int {
        (limit + overflowReserve + seriesPerChunk - 1) / seriesPerChunk
    }

    // MARK: The readers' side

    /// Appends every published series to `snapshot`. Safe beside the writer; never makes it wait.
    func read(into snapshot: inout SeriesSnapshot) {
        let published = unsafe state.pointee.published.load(ordering: .acquiring)
        let cells = unsafe state.pointee.cellCount
        let words = Self.keyWords &+ cells
        for number in 0..<published {
            let chunk = unsafe state.pointee.chunks[number / Self.seriesPerChunk].unsafelyUnwrapped
            let series = unsafe chunk + (number % Self.seriesPerChunk) &* words
            unsafe snapshot.beginSeries(Self.key(of: series))
            for cell in 0..<cells {
                unsafe snapshot.appendCell(series[Self.keyWords &+ cell].load(ordering: .relaxed))
            }
        }
    }

    private static func key(of series: UnsafeMutablePointer<Cell>) -> SeriesKey {
        unsafe SeriesKey(
            high: series[0].load(ordering: .relaxed), low: series[1].load(ordering: .relaxed))
    }
}
