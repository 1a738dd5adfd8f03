/// 256 bits that a hash or a MAC made. `==` takes the same time whatever differs, so a MAC may be compared with it.
public struct Digest256: Sendable, BitwiseCopyable {
    // The 32 bytes in the order in which they are printed, whatever the machine's byte order.
    var words: (UInt64, UInt64, UInt64, UInt64)

    /// All zero.
    public init() { words = (0, 0, 0, 0) }

    public static var byteCount: Int { 32 }

    /// Byte `index` of 0–31, as printed from the left.
    public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < Self.byteCount, "a digest has 32 bytes")
        let word =
            switch index / 8 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return UInt8(truncatingIfNeeded: word.littleEndian >> UInt64((index & 7) &* 8))
    }

    mutating func set(_ index: Int, to byte: UInt8) {
        let shift = UInt64((index & 7) &* 8)
        func replaced(_ word: UInt64) -> UInt64 {
            UInt64(littleEndian: word.littleEndian & ~(0xFF << shift) | UInt64(byte) << shift)
        }
        switch index / 8 {
        case 0: words.0 = replaced(words.0)
        case 1: words.1 = replaced(words.1)
        case 2: words.2 = replaced(words.2)
        default: words.3 = replaced(words.3)
        }
    }
}

extension Digest256: Equatable {
    /// No branch and no early exit: time does not tell how many bytes were right.
    public static func == (left: Digest256, right: Digest256) -> Bool {
        let difference =
            (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
            | (left.words.2 ^ right.words.2) | (left.words.3 ^ right.words.3)
        return difference == 0
    }
}
