import Substrate

/// The first byte of a file that no text format may have, looked for before any parser sees the file.
///
/// Refusing the control characters and the Unicode line separators that formats disagree about keeps line numbers,
/// and what a reviewer sees, the same for every reader.
enum TextScan {
    struct Fault {
        var position: DocumentNode.Position
        var message: String
    }

    static func firstFault(in bytes: [UInt8]) -> Fault? {
        var index = 0
        var line = 1
        var column = 1
        while index < bytes.count {
            let first = bytes[index]
            let position = DocumentNode.Position(line: line, column: column)
            if first < 0x80 {
                if first == ASCII.lineFeed
                    || (first == ASCII.carriageReturn
                        && (index + 1 == bytes.count || bytes[index + 1] != ASCII.lineFeed))
                {
                    line += 1
                    column = 0
                } else if (first < ASCII.space && first != ASCII.tab && first != ASCII.carriageReturn)
                    || first == ASCII.delete
                {
                    return Fault(
                        position: position, message: "has a control character (\(name(UInt32(first))))")
                }
                index += 1
                column += 1
                continue
            }
            guard let (scalar, length) = decode(bytes, at: index) else {
                return Fault(position: position, message: "is not valid UTF-8 here")
            }
            if scalar < 0xA0 || scalar == 0x2028 || scalar == 0x2029 || scalar == 0xFEFF
                || scalar & 0xFFFE == 0xFFFE
            {
                return Fault(position: position, message: "has a control character (\(name(scalar)))")
            }
            index += length
            column += 1
        }
        return nil
    }

    /// One scalar of two to four bytes by the table of RFC 3629 §4: no overlong form, no surrogate.
    private static func decode(_ bytes: [UInt8], at index: Int) -> (UInt32, Int)? {
        let first = bytes[index]
        let (length, low, high): (Int, UInt8, UInt8)
        switch first {
        case 0xC2...0xDF: (length, low, high) = (2, 0x80, 0xBF)
        case 0xE0: (length, low, high) = (3, 0xA0, 0xBF)
        case 0xED: (length, low, high) = (3, 0x80, 0x9F)
        case 0xE1...0xEF: (length, low, high) = (3, 0x80, 0xBF)
        case 0xF0: (length, low, high) = (4, 0x90, 0xBF)
        case 0xF1...0xF3: (length, low, high) = (4, 0x80, 0xBF)
        case 0xF4: (length, low, high) = (4, 0x80, 0x8F)
        default: return nil
        }
        guard length <= bytes.count - index, bytes[index + 1] >= low, bytes[index + 1] <= high else {
            return nil
        }
        var scalar = UInt32(first) & (0x7F >> UInt32(length))
        for offset in 1..<length {
            guard bytes[index + offset] & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(bytes[index + offset] & 0x3F)
        }
        return (scalar, length)
    }

    private static func name(_ scalar: UInt32) -> String {
        let digits = String(scalar, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
