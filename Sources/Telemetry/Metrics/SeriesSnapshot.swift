/// What a scrape read of one family from all workers: series with the same key added up, in the order of the keys.
struct SeriesSnapshot {
    private struct Row {
        var key: SeriesKey
        var firstCell: Int
    }

    let cellCount: Int
    private var rows: [Row] = []
    private var cells: [UInt64] = []

    init(cellCount: Int, tables: [SeriesTable]) {
        self.cellCount = cellCount
        for table in tables { table.read(into: &self) }
        mergeEqualKeys()
    }

    var count: Int { rows.count }

    func key(_ row: Int) -> SeriesKey { rows[row].key }

    func cell(_ cell: Int, of row: Int) -> UInt64 { cells[rows[row].firstCell + cell] }

    mutating func beginSeries(_ key: SeriesKey) { rows.append(Row(key: key, firstCell: cells.count)) }

    mutating func appendCell(_ value: UInt64) { cells.append(value) }

    private mutating func mergeEqualKeys() {
        rows.sort { $0.key < $1.key }
        var merged: [Row] = []
        merged.reserveCapacity(rows.count)
        for row in rows {
            if let last = merged.last, last.key == row.key {
                for cell in 0..<cellCount { cells[last.firstCell + cell] &+= cells[row.firstCell + cell] }
            } else {
                merged.append(row)
            }
        }
        rows = merged
    }
}
