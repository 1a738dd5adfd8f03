internal import Substrate

extension JSONScanner {
    /// Reads the number that starts at the position (RFC 8259 §6).
    mutating func scanNumber() throws(JSONError) {
        let start = position
        var at = position
        if byte(at) == ASCII.dash { at &+= 1 }
        guard at < count else { throw JSONError(kind: .unexpectedEnd, offset: count, expected: .value) }
        if byte(at) == ASCII.zero {
            at &+= 1
            if unsafe at < count && ASCII.isDigit(base[at]) {
                throw JSONError(kind: .invalidNumber, offset: start)
            }
        } else {
            at = try scanDigits(at, of: start)
        }
        if unsafe at < count && base[at] == ASCII.dot { at = try scanDigits(at &+ 1, of: start) }
        if unsafe at < count && base[at] | 0x20 == UInt8(ascii: "e") {
            at &+= 1
            if unsafe at < count && (base[at] == UInt8(ascii: "+") || base[at] == ASCII.dash) { at &+= 1 }
            at = try scanDigits(at, of: start)
        }
        position = at
    }

    /// One digit at least.
    private func scanDigits(_ from: Int, of start: Int) throws(JSONError) -> Int {
        var at = from
        while unsafe at < count && ASCII.isDigit(base[at]) { at &+= 1 }
        guard at > from else {
            if at == count { throw JSONError(kind: .unexpectedEnd, offset: count, expected: .value) }
            throw JSONError(kind: .invalidNumber, offset: start)
        }
        return at
    }

    /// Reads `word`, whose first byte is known to stand at the position.
    mutating func scanLiteral(_ word: StaticString) throws(JSONError) {
        let letters = Bytes(word)
        var index = 0
        while index < letters.count {
            guard position &+ index < count else {
                throw JSONError(kind: .unexpectedEnd, offset: count, expected: .value)
            }
            guard byte(position &+ index) == letters[index] else {
                throw JSONError(kind: .invalidLiteral, offset: position)
            }
            index &+= 1
        }
        position &+= index
    }
}
