import Substrate

/// Lower-case hexadecimal in eight-digit words, as identifiers on the wire are made of.
enum Hex {
    /// Writes the 16 digits of `value`, most significant first.
    static func store(_ value: UInt64, at digits: UnsafeMutablePointer<UInt8>) {
        unsafe store(UInt32(truncatingIfNeeded: value >> 32), at: digits)
        unsafe store(UInt32(truncatingIfNeeded: value), at: digits + 8)
    }

    /// Writes the 8 digits of `value`, most significant first.
    static func store(_ value: UInt32, at digits: UnsafeMutablePointer<UInt8>) {
        unsafe UnsafeMutableRawPointer(digits).storeBytes(of: expand(value).bigEndian, as: UInt64.self)
    }

    /// The 8 digits of `value` as one word, first digit in the most significant byte.
    ///
    /// Nibbles are spread to bytes by halves; `6 +` carries into bit 4 exactly for a…f, which is then worth 0x27.
    private static func expand(_ value: UInt32) -> UInt64 {
        var spread = UInt64(value)
        spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
        spread = (spread | spread << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = ((spread &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
        return spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    }

    /// Value of exactly `digits` lower-case digits from `offset`. Nil for any other byte.
    static func parse(_ bytes: Bytes, at offset: Int, digits: Int) -> UInt64? {
        var value: UInt64 = 0
        var index = offset
        let end = offset &+ digits
        while index < end {
            let byte = bytes[index]
            let digit = byte &- 0x30
            let letter = byte &- 0x61
            guard digit < 10 || letter < 6 else { return nil }
            value = value << 4 | UInt64(digit < 10 ? digit : letter &+ 10)
            index &+= 1
        }
        return value
    }
}
