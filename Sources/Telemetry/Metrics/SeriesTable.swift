import Substrate
import Synchronization

/// The series of one family of one worker: each a key and some counters, made on first use, given up when idle.
///
/// One thread writes. One other at a time may read beside it: series lie in chunks that are never moved or freed before
/// the table, and `published` says, with release, how many places there are. The index belongs to the writer.
///
///     free ──insert──▶ live ──idle──▶ retired ──taken by the reader──▶ free
///
/// The writer makes the first two steps and the reader the last, so neither waits and no count is lost: what a retired
/// series had counted is the reader's once it gave the place back.
///
/// Copying the value copies the address; the owner calls `deallocate()` once.
@safe struct SeriesTable {
    typealias Cell = Atomic<UInt64>

    /// Series beyond the limit that only `overflow` keys may take: one a direction, provider or the like.
    static let overflowReserve = 8
    static let seriesPerChunk = 32
    /// Words of a series before its counters: the key.
    static let keyWords = 2
    /// Words behind them: the place's state, when it was last seen in use, and its exemplars' address.
    private static let tailWords = 2

    @safe struct State: ~Copyable {
        let limit: Int
        let cellCount: Int
        /// Leading cells that count events: a series is in use while one of them rises.
        let eventCells: Int
        /// Exemplars that a series can hold; 0 for a family without them.
        let exemplarCount: Int
        let published = Atomic<Int>(0)
        /// One pointer a chunk, set before a series in it is published.
        let chunks: UnsafeMutablePointer<UnsafeMutablePointer<Cell>?>
        /// Open addressing by the upper bits of the hash; at most half full.
        var index: UnsafeMutablePointer<UnsafeMutablePointer<Cell>?>
        var indexBits: Int
        /// Series in the index.
        var linked = 0
        /// Places that may be used again, and those that the reader has yet to take.
        var free: [Int32] = []
        var retired: [Int32] = []
        /// Where the search for idle series goes on.
        var sweepPosition = 0
        /// The clocks of the last search.
        var secondsNow: UInt32 = 0
        var wallMilliseconds: UInt64 = 0
    }

    let state: UnsafeMutablePointer<State>

    /// - Parameters:
    ///   - cellCount: counters of each series.
    ///   - limit: most series; only `overflow` keys may pass it.
    ///   - eventCells: leading counters that count events; all of them if not given.
    ///   - exemplarCount: exemplars of each series.
    init(cellCount: Int, limit: Int, eventCells: Int? = nil, exemplarCount: Int = 0) {
        let chunkCount = Self.chunkCount(limit: limit)
        let chunks = UnsafeMutablePointer<UnsafeMutablePointer<Cell>?>.allocate(capacity: chunkCount)
        unsafe chunks.initialize(repeating: nil, count: chunkCount)
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(
            to: State(
                limit: limit, cellCount: cellCount, eventCells: eventCells ?? cellCount,
                exemplarCount: exemplarCount, chunks: chunks, index: Self.emptyIndex(bits: 4), indexBits: 4))
    }

    /// Frees everything. Called once, when neither writer nor readers are left.
    func deallocate() {
        let places = unsafe state.pointee.published.load(ordering: .acquiring)
        for number in 0..<places { unsafe exemplars(of: place(number))?.deallocate() }
        for chunk in unsafe 0..<Self.chunkCount(limit: state.pointee.limit) {
            unsafe state.pointee.chunks[chunk]?.deallocate()
        }
        unsafe state.pointee.chunks.deallocate()
        unsafe state.pointee.index.deallocate()
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Series that requests can be counted in. The writer's.
    var count: Int { unsafe state.pointee.linked }

    // MARK: Counting

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

    /// A single writer needs no read-modify-write instruction: load, add, store.
    private static func add(_ amount: UInt64, to cell: UnsafeMutablePointer<Cell>) {
        unsafe cell.pointee.store(
            cell.pointee.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    // MARK: First use

    /// Makes the series unless it exists or the limit is reached, which `isOverflow` keys may pass.
    ///
    /// - Returns: whether it exists now.
    func insert(_ key: SeriesKey, isOverflow: Bool) -> Bool {
        if unsafe find(key) != nil { return true }
        let places = unsafe state.pointee.published.load(ordering: .relaxed)
        let limit = unsafe state.pointee.limit &+ (isOverflow ? Self.overflowReserve : 0)
        guard unsafe places &- state.pointee.free.count < limit else { return false }
        if unsafe (state.pointee.linked &+ 1) &* 2 > 1 << state.pointee.indexBits { growIndex() }
        let reused = unsafe state.pointee.free.popLast()
        let series = unsafe reused.map { unsafe place(Int($0)) } ?? makePlace(places)
        unsafe prepare(series, key)
        unsafe link(series, key: key)
        if reused == nil { unsafe state.pointee.published.store(places &+ 1, ordering: .releasing) }
        return true
    }

    /// Makes an empty series of a place that no reader looks into, and lets readers see it.
    private func prepare(_ series: UnsafeMutablePointer<Cell>, _ key: SeriesKey) {
        unsafe series[0].store(key.high, ordering: .relaxed)
        unsafe series[1].store(key.low, ordering: .relaxed)
        for cell in unsafe 0..<state.pointee.cellCount {
            unsafe series[Self.keyWords &+ cell].store(0, ordering: .relaxed)
        }
        unsafe exemplars(of: series)?.clear()
        unsafe lastUse(of: series).pointee.store(
            PlaceUse(seen: 0, seconds: state.pointee.secondsNow).word, ordering: .relaxed)
        let born = unsafe PlaceState(kind: .live, bornMilliseconds: state.pointee.wallMilliseconds)
        unsafe self.placeState(of: series).pointee.store(born.word, ordering: .releasing)
    }

    // MARK: Places

    /// Memory for the series of that number, made before.
    func place(_ number: Int) -> UnsafeMutablePointer<Cell> {
        let chunk = unsafe state.pointee.chunks[number / Self.seriesPerChunk].unsafelyUnwrapped
        return unsafe chunk + (number % Self.seriesPerChunk) &* words
    }

    /// Memory for the series of that number, all zero.
    private func makePlace(_ number: Int) -> UnsafeMutablePointer<Cell> {
        let chunk = number / Self.seriesPerChunk
        if unsafe state.pointee.chunks[chunk] == nil {
            let fresh = UnsafeMutablePointer<Cell>.allocate(capacity: words &* Self.seriesPerChunk)
            for word in 0..<(words &* Self.seriesPerChunk) {
                unsafe (fresh + word).initialize(to: Cell(0))
            }
            unsafe state.pointee.chunks[chunk] = fresh
        }
        return unsafe place(number)
    }

    private var words: Int {
        unsafe Self.keyWords &+ state.pointee.cellCount &+ Self.tailWords
            &+ (state.pointee.exemplarCount > 0 ? 1 : 0)
    }

    func placeState(of series: UnsafeMutablePointer<Cell>) -> UnsafeMutablePointer<Cell> {
        unsafe series + (Self.keyWords &+ state.pointee.cellCount)
    }

    func lastUse(of series: UnsafeMutablePointer<Cell>) -> UnsafeMutablePointer<Cell> {
        unsafe series + (Self.keyWords &+ state.pointee.cellCount &+ 1)
    }

    /// Where the address of the series' exemplars stands. Only of a family that has them.
    func exemplarAddress(of series: UnsafeMutablePointer<Cell>) -> UnsafeMutablePointer<Cell> {
        unsafe series + (Self.keyWords &+ state.pointee.cellCount &+ 2)
    }

    static func key(of series: UnsafeMutablePointer<Cell>) -> SeriesKey {
        unsafe SeriesKey(
            high: series[0].load(ordering: .relaxed), low: series[1].load(ordering: .relaxed))
    }

    private static func chunkCount(limit: Int) -> Int {
        (limit + overflowReserve + seriesPerChunk - 1) / seriesPerChunk
    }
}
