import Substrate

/// A plain scalar by the core schema of YAML 1.2.2 §10.3.2: `no` is text, `0o17` is a number, `017` is 17.
enum YAMLScalar {
    static func resolve(_ text: String) -> DocumentNode.Content {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        case ".nan", ".NaN", ".NAN": return .number
        default: break
        }
        let bytes = Array(text.utf8)
        guard bytes.count <= 128 || bytes.allSatisfy(isNumeric) else { return .text(text) }
        if bytes.starts(with: [ASCII.zero, UInt8(ascii: "o")]) {
            return radix(bytes.dropFirst(2), radix: 8) ?? .text(text)
        }
        if bytes.starts(with: [ASCII.zero, UInt8(ascii: "x")]) {
            return radix(bytes.dropFirst(2), radix: 16) ?? .text(text)
        }
        var rest = bytes[...]
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            rest.removeFirst()
        }
        if rest.elementsEqual(".inf".utf8) || rest.elementsEqual(".Inf".utf8)
            || rest.elementsEqual(".INF".utf8)
        {
            return .number
        }
        if !rest.isEmpty, rest.allSatisfy(ASCII.isDigit) {
            return Int64(text).map { .integer($0) } ?? .number
        }
        return isFloat(rest) ? .number : .text(text)
    }

    private static func radix(_ digits: ArraySlice<UInt8>, radix: Int) -> DocumentNode.Content? {
        guard !digits.isEmpty, digits.allSatisfy({ (ASCII.hexValue($0) ?? 255) < radix }) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self), radix: radix).map { .integer($0) } ?? .number
    }

    /// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func isFloat(_ text: ArraySlice<UInt8>) -> Bool {
        let whole = text.prefix(while: ASCII.isDigit)
        var rest = text.dropFirst(whole.count)
        var digits = whole.count
        if rest.first == ASCII.dot {
            rest.removeFirst()
            let fraction = rest.prefix(while: ASCII.isDigit)
            digits += fraction.count
            rest.removeFirst(fraction.count)
        }
        guard digits > 0 else { return false }
        guard let mark = rest.first else { return true }
        guard mark | 0x20 == UInt8(ascii: "e") else { return false }
        rest.removeFirst()
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            rest.removeFirst()
        }
        return !rest.isEmpty && rest.allSatisfy(ASCII.isDigit)
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        ASCII.hexValue(byte) != nil || byte == ASCII.dot || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+")
            || byte | 0x20 == UInt8(ascii: "x") || byte == UInt8(ascii: "o")
    }
}
