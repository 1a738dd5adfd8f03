public import Substrate

extension Digest256 {
    /// Length of the lower-case hexadecimal form.
    public static var hexCount: Int { 64 }
    /// Length of the padded base64 form (RFC 4648 §4).
    public static var base64Count: Int { 44 }

    /// Exactly 64 lower-case hexadecimal digits, nothing else: upper case is refused, as Meta signs in lower case.
    public init?(lowerHex text: Bytes) {
        guard text.count == Self.hexCount else { return nil }
        self.init()
        var index = 0
        while index < Self.byteCount {
            guard let high = Self.lowerHexValue(text[index &* 2]),
                let low = Self.lowerHexValue(text[index &* 2 &+ 1])
            else { return nil }
            set(index, to: high << 4 | low)
            index &+= 1
        }
    }

    private static func lowerHexValue(_ byte: UInt8) -> UInt8? {
        let digit = byte &- 0x30
        if digit < 10 { return digit }
        let letter = byte &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }

    /// Exactly 44 characters of the standard alphabet ending in one `=`, unused bits zero (RFC 4648 §3.5): one text
    /// for one digest.
    public init?(base64 text: Bytes) {
        guard text.count == Self.base64Count, text[43] == ASCII.equals else { return nil }
        self.init()
        var bits: UInt32 = 0
        var held: UInt32 = 0
        var index = 0
        var written = 0
        while index < 43 {
            guard let value = Self.base64Value(text[index]) else { return nil }
            bits = (bits << 6 | UInt32(value)) & 0xFFFF
            held &+= 6
            if held >= 8 {
                held &-= 8
                set(written, to: UInt8(truncatingIfNeeded: bits >> held))
                written &+= 1
            }
            index &+= 1
        }
        // 43 × 6 = 258 bits: the last two carry nothing.
        guard bits & 0b11 == 0 else { return nil }
    }

    private static func base64Value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte &- 0x41
        case 0x61...0x7A: byte &- 0x61 &+ 26
        case 0x30...0x39: byte &- 0x30 &+ 52
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }

    /// Appends 64 lower-case hexadecimal digits.
    public func appendHex(to buffer: inout ByteBuffer) {
        buffer.append(hex16: words.0.bigEndian)
        buffer.append(hex16: words.1.bigEndian)
        buffer.append(hex16: words.2.bigEndian)
        buffer.append(hex16: words.3.bigEndian)
    }

    /// Appends 44 characters of padded base64.
    public func appendBase64(to buffer: inout ByteBuffer) {
        buffer.reserve(Self.base64Count)
        var bits: UInt32 = 0
        var held: UInt32 = 0
        var index = 0
        while index < Self.byteCount {
            bits = (bits << 8 | UInt32(self[index])) & 0xFFFF
            held &+= 8
            while held >= 6 {
                held &-= 6
                buffer.append(Self.base64Digit(bits >> held & 63))
            }
            index &+= 1
        }
        // 256 = 42 × 6 + 4: four bits are left, filled up with two zeros.
        buffer.append(Self.base64Digit(bits << 2 & 63))
        buffer.append(ASCII.equals)
    }

    private static func base64Digit(_ value: UInt32) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: value)
        return switch digit {
        case 0..<26: 0x41 &+ digit
        case 26..<52: 0x61 &+ digit &- 26
        case 52..<62: 0x30 &+ digit &- 52
        case 62: 0x2B
        default: 0x2F
        }
    }
}
