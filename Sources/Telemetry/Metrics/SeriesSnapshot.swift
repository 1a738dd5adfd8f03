import Substrate

/// What a scrape read of one family from all workers: series with the same key added up, in the order of the keys.
///
/// A worker that has retired its part of a series may not take its counts away while another worker's part lives: the
/// sum would fall, and `rate()` would take all that is left for new. So they stay in `retained` until no worker counts in
/// the series any more; then it disappears as a whole, and begins at zero if it ever comes back.
struct SeriesSnapshot {
    private struct Row {
        var key: SeriesKey
        var firstCell: Int
        /// Of its exemplars, one a bucket; -1 without.
        var firstExemplar = -1
        var isLive: Bool
        var bornMilliseconds: UInt64
    }

    let cellCount: Int
    private var rows: [Row] = []
    private var cells: [UInt64] = []
    private var exemplars: [Exemplar] = []

    init(cellCount: Int, tables: [SeriesTable], retained: inout RetainedSeries) {
        self.cellCount = cellCount
        for table in tables { table.read(into: &self) }
        for index in retained.keys.indices {
            beginSeries(retained.keys[index], isLive: false, bornMilliseconds: retained.born[index])
            for cell in 0..<cellCount { appendCell(retained.cells[index * cellCount + cell]) }
        }
        mergeEqualKeys(&retained)
    }

    var count: Int { rows.count }

    func key(_ row: Int) -> SeriesKey { rows[row].key }

    func cell(_ cell: Int, of row: Int) -> UInt64 { cells[rows[row].firstCell + cell] }

    /// When the series began to count; 0 if that is not known.
    func bornMilliseconds(_ row: Int) -> UInt64 { rows[row].bornMilliseconds }

    func exemplar(_ bucket: Int, of row: Int) -> Exemplar {
        let first = rows[row].firstExemplar
        return first < 0 ? .none : exemplars[first + bucket]
    }

    // MARK: Reading

    mutating func beginSeries(_ key: SeriesKey, isLive: Bool, bornMilliseconds: UInt64) {
        rows.append(Row(key: key, firstCell: cells.count, isLive: isLive, bornMilliseconds: bornMilliseconds))
    }

    mutating func appendCell(_ value: UInt64) { cells.append(value) }

    /// Of the series begun last.
    mutating func appendExemplars(of block: ExemplarBlock) {
        rows[rows.count - 1].firstExemplar = exemplars.count
        for bucket in 0...DurationBuckets.overflowCell { exemplars.append(block.load(bucket)) }
    }

    // MARK: Adding up

    private mutating func mergeEqualKeys(_ retained: inout RetainedSeries) {
        // What is gone comes first among equals: it is summed, kept, and only then added to.
        rows.sort { $0.key != $1.key ? $0.key < $1.key : !$0.isLive && $1.isLive }
        var merged: [Row] = []
        merged.reserveCapacity(rows.count)
        var kept = RetainedSeries()
        var next = 0
        while next < rows.count {
            var sum = rows[next]
            let wasGone = !sum.isLive
            next += 1
            while next < rows.count, rows[next].key == sum.key, !rows[next].isLive {
                add(rows[next], to: &sum)
                next += 1
            }
            if next < rows.count, rows[next].key == sum.key {
                if wasGone {
                    kept.append(
                        sum.key, born: sum.bornMilliseconds, cells[sum.firstCell..<sum.firstCell + cellCount])
                }
            } else if wasGone {
                continue
            }
            while next < rows.count, rows[next].key == sum.key {
                add(rows[next], to: &sum)
                next += 1
            }
            merged.append(sum)
        }
        rows = merged
        retained = kept
    }

    private mutating func add(_ row: Row, to sum: inout Row) {
        for cell in 0..<cellCount { cells[sum.firstCell + cell] &+= cells[row.firstCell + cell] }
        sum.isLive = sum.isLive || row.isLive
        if row.bornMilliseconds > 0, sum.bornMilliseconds == 0 || row.bornMilliseconds < sum.bornMilliseconds
        {
            sum.bornMilliseconds = row.bornMilliseconds
        }
        guard row.firstExemplar >= 0 else { return }
        guard sum.firstExemplar >= 0 else {
            sum.firstExemplar = row.firstExemplar
            return
        }
        for bucket in 0...DurationBuckets.overflowCell
        where exemplars[row.firstExemplar + bucket].time > exemplars[sum.firstExemplar + bucket].time {
            exemplars[sum.firstExemplar + bucket] = exemplars[row.firstExemplar + bucket]
        }
    }
}
