/// A second reading of RFC 8259, as close to its grammar as can be and as slow as that is: what the parser is compared
/// with. It knows nothing of limits and duplicate names.
func referenceAccepts(_ text: [UInt8]) -> Bool {
    guard let decoded = String(validating: text, as: UTF8.self) else { return false }
    var reader = ReferenceReader(rest: Array(decoded.unicodeScalars)[...])
    reader.blanks()
    return reader.value() && reader.isAtEnd()
}

private struct ReferenceReader {
    var rest: ArraySlice<Unicode.Scalar>

    mutating func blanks() {
        while let next = rest.first, " \t\n\r".unicodeScalars.contains(next) { rest.removeFirst() }
    }

    mutating func isAtEnd() -> Bool {
        blanks()
        return rest.isEmpty
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    mutating func value() -> Bool {
        switch rest.first {
        case "{": list(closing: "}") { $0.member() }
        case "[": list(closing: "]") { $0.value() }
        case "\"": string()
        case "t": word("true")
        case "f": word("false")
        case "n": word("null")
        default: number()
        }
    }

    mutating func word(_ text: String) -> Bool { text.unicodeScalars.allSatisfy { take($0) } }

    mutating func member() -> Bool {
        guard string() else { return false }
        blanks()
        guard take(":") else { return false }
        blanks()
        return value()
    }

    mutating func list(closing: Unicode.Scalar, _ item: (inout ReferenceReader) -> Bool) -> Bool {
        rest.removeFirst()
        blanks()
        if take(closing) { return true }
        repeat {
            blanks()
            guard item(&self) else { return false }
            blanks()
        } while take(",")
        return take(closing)
    }

    mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let next = rest.popFirst() {
            if next == "\"" { return true }
            if next.value < 0x20 { return false }
            guard next == "\\" else { continue }
            guard let letter = rest.popFirst() else { return false }
            if letter == "u" {
                guard let unit = unit(), unit >> 10 != 0x37 else { return false }
                guard unit >> 10 == 0x36 else { continue }
                guard take("\\"), take("u"), let low = self.unit(), low >> 10 == 0x37 else { return false }
            } else if !"\"\\/bfnrt".unicodeScalars.contains(letter) {
                return false
            }
        }
        return false
    }

    mutating func unit() -> UInt32? {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let next = rest.popFirst(), next.isASCII,
                let digit = Character(next).hexDigitValue
            else { return nil }
            unit = unit * 16 + UInt32(digit)
        }
        return unit
    }

    mutating func digits() -> Bool {
        var count = 0
        while let next = rest.first, ("0"..."9").contains(next) {
            rest.removeFirst()
            count += 1
        }
        return count > 0
    }

    mutating func number() -> Bool {
        _ = take("-")
        if !take("0") { guard digits() else { return false } }
        if take(".") { guard digits() else { return false } }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() else { return false }
        }
        return true
    }
}
