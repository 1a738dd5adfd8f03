internal import Substrate

extension JSONScanner {
    /// Reads a string's rest, from behind its opening quote to behind its closing one.
    ///
    /// - Returns: whether the string holds an escape.
    mutating func scanString() throws(JSONError) -> Bool {
        var at = position
        var escaped = false
        while true {
            while count &- at >= 8 {
                let marks = Self.stringMarks(word(at))
                if marks != 0 {
                    at &+= marks.trailingZeroBitCount >> 3
                    break
                }
                at &+= 8
            }
            guard at < count else { throw JSONError(kind: .unexpectedEnd, offset: count) }
            let next = unsafe base[at]
            if next == ASCII.quote {
                position = at &+ 1
                return escaped
            }
            if next == ASCII.backslash {
                escaped = true
                at = try scanEscape(at)
            } else if next < 0x20 {
                throw JSONError(kind: .controlCharacter, offset: at)
            } else if next < 0x80 {
                at &+= 1
            } else {
                repeat {
                    let length = sequenceLength(at)
                    guard length > 0 else {
                        throw JSONError(
                            kind: length == 0 ? .invalidUTF8 : .unexpectedEnd,
                            offset: length == 0 ? at : count)
                    }
                    at &+= length
                } while unsafe at < count && base[at] >= 0x80
            }
        }
    }

    /// Bytes of the UTF-8 sequence at `at` (RFC 3629 §4); 0 when it is none, -1 when the input ends inside it.
    func sequenceLength(_ at: Int) -> Int {
        let lead = byte(at)
        if lead < 0x80 { return 1 }
        if lead < 0xC2 || lead > 0xF4 { return 0 }
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        guard at &+ 1 < count else { return -1 }
        // The second byte's bounds keep out overlong forms, surrogates and what is beyond U+10FFFF.
        let low: UInt8 = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80
        let high: UInt8 = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF
        let second = byte(at &+ 1)
        if second < low || second > high { return 0 }
        var index = 2
        while index < length {
            guard at &+ index < count else { return -1 }
            if byte(at &+ index) & 0xC0 != 0x80 { return 0 }
            index &+= 1
        }
        return length
    }

    /// Reads the escape whose backslash is at `at`; returns the index behind it.
    private func scanEscape(_ at: Int) throws(JSONError) -> Int {
        guard at &+ 1 < count else { throw JSONError(kind: .unexpectedEnd, offset: count) }
        switch byte(at &+ 1) {
        case ASCII.quote, ASCII.backslash, ASCII.slash, UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return at &+ 2
        case UInt8(ascii: "u"):
            let unit = try scanUnit(at)
            if unit & 0xFC00 == 0xDC00 { throw JSONError(kind: .loneSurrogate, offset: at) }
            guard unit & 0xFC00 == 0xD800 else { return at &+ 6 }
            return try scanLowSurrogate(at)
        default:
            throw JSONError(kind: .invalidEscape, offset: at)
        }
    }

    /// The escape behind the high surrogate at `high` must be a low one.
    private func scanLowSurrogate(_ high: Int) throws(JSONError) -> Int {
        let at = high &+ 6
        guard at < count else { throw JSONError(kind: .unexpectedEnd, offset: count) }
        guard byte(at) == ASCII.backslash else { throw JSONError(kind: .loneSurrogate, offset: high) }
        guard at &+ 1 < count else { throw JSONError(kind: .unexpectedEnd, offset: count) }
        guard byte(at &+ 1) == UInt8(ascii: "u") else { throw JSONError(kind: .loneSurrogate, offset: high) }
        guard try scanUnit(at) & 0xFC00 == 0xDC00 else { throw JSONError(kind: .loneSurrogate, offset: high) }
        return at &+ 6
    }

    /// The four hexadecimal digits of the `\u` escape at `at`.
    private func scanUnit(_ at: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        var index = at &+ 2
        while index < at &+ 6 {
            guard index < count else { throw JSONError(kind: .unexpectedEnd, offset: count) }
            guard let digit = ASCII.hexValue(byte(index)) else {
                throw JSONError(kind: .invalidEscape, offset: at)
            }
            unit = unit << 4 | UInt16(digit)
            index &+= 1
        }
        return unit
    }
}
