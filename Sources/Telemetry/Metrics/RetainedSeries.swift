/// What workers had counted in series that they have retired while others count on. The reader's alone.
struct RetainedSeries: Sendable {
    private(set) var keys: [SeriesKey] = []
    private(set) var born: [UInt64] = []
    /// As many a key as the family has counters.
    private(set) var cells: [UInt64] = []

    init() {}

    mutating func append(_ key: SeriesKey, born: UInt64, _ cells: ArraySlice<UInt64>) {
        keys.append(key)
        self.born.append(born)
        self.cells += cells
    }
}
