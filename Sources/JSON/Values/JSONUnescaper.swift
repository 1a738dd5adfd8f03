internal import Substrate

/// Hands out the UTF-8 that a string with escapes stands for, byte by byte. The string has been parsed, so its
/// escapes are whole and its surrogates paired; anything else would end the text early.
struct JSONUnescaper {
    private let raw: Bytes
    private var position = 0
    /// Bytes of a character beyond ASCII that are still to be handed out, the next one lowest.
    private var pending: UInt32 = 0

    init(_ raw: Bytes) { self.raw = raw }

    mutating func next() -> UInt8? {
        if pending != 0 {
            let byte = UInt8(truncatingIfNeeded: pending)
            pending >>= 8
            return byte
        }
        guard position < raw.count else { return nil }
        let byte = raw[position]
        position &+= 1
        guard byte == ASCII.backslash, position < raw.count else { return byte }
        let letter = raw[position]
        position &+= 1
        switch letter {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return ASCII.tab
        case UInt8(ascii: "n"): return ASCII.lineFeed
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "r"): return ASCII.carriageReturn
        case UInt8(ascii: "u"): return character()
        default: return letter
        }
    }

    /// The character of a `\u` escape or of two: its first byte, the others pending.
    private mutating func character() -> UInt8? {
        guard var scalar = unit() else { return nil }
        if scalar & 0xFC00 == 0xD800 {
            position &+= 2
            guard let low = unit() else { return nil }
            scalar = 0x10000 &+ ((scalar & 0x3FF) << 10 | low & 0x3FF)
        }
        if scalar < 0x80 { return UInt8(truncatingIfNeeded: scalar) }
        if scalar < 0x800 {
            pending = 0x80 | scalar & 0x3F
            return UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
        }
        let tail = (0x80 | scalar >> 6 & 0x3F) | (0x80 | scalar & 0x3F) << 8
        if scalar < 0x10000 {
            pending = tail
            return UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
        }
        pending = (0x80 | scalar >> 12 & 0x3F) | tail << 8
        return UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
    }

    private mutating func unit() -> UInt32? {
        guard raw.count &- position >= 4 else { return nil }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = ASCII.hexValue(raw[position]) else { return nil }
            unit = unit << 4 | UInt32(digit)
            position &+= 1
        }
        return unit
    }
}
