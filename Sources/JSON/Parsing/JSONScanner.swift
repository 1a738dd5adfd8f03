internal import Substrate

/// Reads tokens from bytes that somebody else owns. Every read is inside the window: the pointer is used only where
/// an index has just been compared with `count`.
@safe struct JSONScanner {
    let base: UnsafePointer<UInt8>
    let count: Int
    var position = 0

    /// - Precondition: the window has an address; an empty one is refused before.
    init(_ input: Bytes) {
        guard let base = unsafe input.unsafeBase else { preconditionFailure("a scanner has bytes to read") }
        unsafe self.base = base
        count = input.count
    }

    /// The byte at `index`.
    @inline(__always)
    func byte(_ index: Int) -> UInt8 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index inside the input")
        return unsafe base[index]
    }

    /// Eight bytes from `index`, the first in the lowest bits. The caller has seen that they are there.
    @inline(__always)
    func word(_ index: Int) -> UInt64 {
        assert(index >= 0 && count - index >= 8, "eight bytes inside the input")
        return unsafe UInt64(
            littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// The byte repeated in all eight lanes.
    @inline(__always)
    static func lanes(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// High bits mark lanes that are zero; the lowest mark is exact, higher ones may be false.
    @inline(__always)
    static func zeroLanes(_ word: UInt64) -> UInt64 { (word &- lanes(1)) & ~word & lanes(0x80) }

    /// Marks of bytes that end a plain run in a string: quote, backslash, control, anything beyond ASCII. The lowest
    /// mark is exact.
    @inline(__always)
    static func stringMarks(_ word: UInt64) -> UInt64 {
        zeroLanes(word ^ lanes(0x22)) | zeroLanes(word ^ lanes(0x5C))
            | ((word &- lanes(0x20)) & ~word & lanes(0x80)) | (word & lanes(0x80))
    }

    /// Moves over white space and returns the byte behind it without taking it, or nil at the end.
    @inline(__always)
    mutating func peekToken() -> UInt8? {
        guard position < count else { return nil }
        let first = unsafe base[position]
        if first > ASCII.space { return first }
        return skipBlanks()
    }

    private mutating func skipBlanks() -> UInt8? {
        var at = position
        while at < count {
            let byte = unsafe base[at]
            guard
                byte == ASCII.space || byte == ASCII.lineFeed || byte == ASCII.carriageReturn
                    || byte == ASCII.tab
            else {
                position = at
                return byte
            }
            at &+= 1
            // Indentation: as many spaces as stand together.
            while count &- at >= 8 {
                let others = word(at) ^ Self.lanes(ASCII.space)
                at &+= others == 0 ? 8 : others.trailingZeroBitCount >> 3
                if others != 0 { break }
            }
        }
        position = count
        return nil
    }
}
