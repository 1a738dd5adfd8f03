import Substrate

extension Bytes {
    /// Index of the first control byte (below 0x20, or DEL) at or after `start`; `count` without one.
    ///
    /// Eight bytes a step: finds the end of a field value and checks it at once.
    @inline(__always)
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

    /// Index of the first byte at or after `start` that is no `tchar`, `count` without one, and every class that a
    /// byte before it has.
    @inline(__always)
    func tokenEnd(from start: Int) -> (end: Int, classes: UInt8) {
        guard start >= 0, start < count, let base = unsafe unsafeBase else { return (count, 0) }
        var index = start
        var seen: UInt8 = 0
        while index &+ 8 <= count {
            // In bounds: index + 8 <= count.
            let word = unsafe UInt64(
                littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
            let others = Self.notPlain(word)
            if others != 0 {
                index &+= others.trailingZeroBitCount >> 3
                break
            }
            index &+= 8
        }
        while index < count {
            // In bounds: 0 <= start <= index < count.
            let classes = unsafe ByteClass.of(base[index])
            if classes & ByteClass.token == 0 { break }
            seen |= classes
            index &+= 1
        }
        return (index, seen)
    }

    /// Bit 7 of every byte of `word` that is no letter, digit or dash: what names are mostly made of.
    @inline(__always)
    private static func notPlain(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // No sum leaves its byte: both summands are below 0x80.
        let low = word & (ones &* 0x7F)
        let folded = low | (ones &* 0x20)
        let letters = (folded &+ (ones &* 0x1F)) & ~(folded &+ (ones &* 0x05))
        let digits = (low &+ (ones &* 0x50)) & ~(low &+ (ones &* 0x46))
        let notDash = (low ^ (ones &* 0x2D)) &+ (ones &* 0x7F)
        return (~(letters | digits) & notDash | word) & (ones &* 0x80)
    }
}
