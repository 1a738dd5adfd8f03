import Substrate
import Synchronization

/// The writer's index: linear probing by the upper bits of the hash, no tombstones.
extension SeriesTable {
    func find(_ key: SeriesKey) -> UnsafeMutablePointer<Cell>? {
        let index = unsafe state.pointee.index
        let bits = unsafe state.pointee.indexBits
        let mask = 1 << bits &- 1
        var slot = Self.home(of: key, bits: bits)
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

    func link(_ series: UnsafeMutablePointer<Cell>, key: SeriesKey) {
        unsafe Self.link(series, key: key, index: state.pointee.index, bits: state.pointee.indexBits)
        unsafe state.pointee.linked &+= 1
    }

    /// Takes a linked series out, and moves those behind it that had to step aside for it.
    func unlink(_ series: UnsafeMutablePointer<Cell>) {
        let index = unsafe state.pointee.index
        let bits = unsafe state.pointee.indexBits
        let mask = 1 << bits &- 1
        var hole = unsafe Self.home(of: Self.key(of: series), bits: bits)
        while unsafe index[hole] != series { hole = (hole &+ 1) & mask }
        var slot = hole
        while true {
            slot = (slot &+ 1) & mask
            guard let other = unsafe index[slot] else { break }
            let home = unsafe Self.home(of: Self.key(of: other), bits: bits)
            // It may move if the hole lies between its home and where it is.
            if (slot &- home) & mask >= (slot &- hole) & mask {
                unsafe index[hole] = other
                hole = slot
            }
        }
        unsafe index[hole] = nil
        unsafe state.pointee.linked &-= 1
    }

    func growIndex() {
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

    private static func home(of key: SeriesKey, bits: Int) -> Int {
        Int(truncatingIfNeeded: key.mixed >> UInt64(64 &- bits))
    }

    private static func link(
        _ series: UnsafeMutablePointer<Cell>, key: SeriesKey,
        index: UnsafeMutablePointer<UnsafeMutablePointer<Cell>?>, bits: Int
    ) {
        let mask = 1 << bits &- 1
        var slot = home(of: key, bits: bits)
        while unsafe index[slot] != nil { slot = (slot &+ 1) & mask }
        unsafe index[slot] = series
    }

    static func emptyIndex(bits: Int) -> UnsafeMutablePointer<UnsafeMutablePointer<Cell>?> {
        let index = UnsafeMutablePointer<UnsafeMutablePointer<Cell>?>.allocate(capacity: 1 << bits)
        unsafe index.initialize(repeating: nil, count: 1 << bits)
        return unsafe index
    }
}
