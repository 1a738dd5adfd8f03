import Substrate

extension Bytes {
    /// Index of the first control byte (below 0x20, or DEL) at or after `start`; `count` without one.
    ///
    /// Eight bytes a step: finds the end of a field value and checks it at once.
    func firstControl(from start: Int) -> Int {
        guard start >= 0, start < count, let base = unsafe unsafeBase else { return count }
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = start
        while index &+ 8 <= count {
            // In bounds: index + 8 <= count.
            let word = unsafe UInt64(
                littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
            let deletes = word ^ (ones &* 0x7F)
            // Borrows reach upwards only from a byte that is a hit itself, so the lowest hit is exact.
            let hits =
                ((word &- (ones &* 0x20)) & ~word | (deletes &- ones) & ~deletes) & (ones &* 0x80)
            if hits != 0 { return index &+ hits.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte == ASCII.delete { return index }
            index &+= 1
        }
        return count
    }
}
