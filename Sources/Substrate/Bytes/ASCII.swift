/// Bytes with a meaning in the protocols spoken here.
public enum ASCII {
    public static var tab: UInt8 { 0x09 }
    public static var lineFeed: UInt8 { 0x0A }
    public static var carriageReturn: UInt8 { 0x0D }
    public static var space: UInt8 { 0x20 }
    public static var quote: UInt8 { 0x22 }
    public static var hash: UInt8 { 0x23 }
    public static var percent: UInt8 { 0x25 }
    public static var ampersand: UInt8 { 0x26 }
    public static var asterisk: UInt8 { 0x2A }
    public static var comma: UInt8 { 0x2C }
    public static var dash: UInt8 { 0x2D }
    public static var dot: UInt8 { 0x2E }
    public static var slash: UInt8 { 0x2F }
    public static var zero: UInt8 { 0x30 }
    public static var colon: UInt8 { 0x3A }
    public static var semicolon: UInt8 { 0x3B }
    public static var equals: UInt8 { 0x3D }
    public static var question: UInt8 { 0x3F }
    public static var at: UInt8 { 0x40 }
    public static var openBracket: UInt8 { 0x5B }
    public static var backslash: UInt8 { 0x5C }
    public static var closeBracket: UInt8 { 0x5D }
    public static var underscore: UInt8 { 0x5F }
    public static var delete: UInt8 { 0x7F }

    public static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    public static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    public static func digitValue(_ byte: UInt8) -> UInt8? {
        let value = byte &- 0x30
        return value < 10 ? value : nil
    }

    public static func hexValue(_ byte: UInt8) -> UInt8? {
        let digit = byte &- 0x30
        if digit < 10 { return digit }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }

    /// `nibble` as a lower-case hexadecimal digit.
    public static func hexDigit(_ nibble: UInt8) -> UInt8 {
        let value = nibble & 0xF
        return value < 10 ? 0x30 &+ value : 0x57 &+ value
    }

    /// `tchar` of RFC 9110 §5.6.2: what a method or a field name is made of.
    public static func isToken(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? tokenBitsLow : tokenBitsHigh
        return byte < 128 && (word >> UInt64(byte & 63)) & 1 == 1
    }

    // One bit a byte, for bytes 0–63 and 64–127: ! # $ % & ' * + - . ^ _ ` | ~ 0–9 A–Z a–z.
    private static var tokenBitsLow: UInt64 { 0x03FF_6CFA_0000_0000 }
    private static var tokenBitsHigh: UInt64 { 0x57FF_FFFF_C7FF_FFFE }
}
