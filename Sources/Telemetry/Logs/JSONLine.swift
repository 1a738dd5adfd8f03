import Substrate

/// One JSON object on one line, written field by field into a batch. Keys come from the source and are not escaped.
struct JSONLine {
    private var isFirst = true

    init(into buffer: inout ByteBuffer) { buffer.append(0x7B) }

    private mutating func key(_ key: StaticString, into buffer: inout ByteBuffer) {
        buffer.append(isFirst ? "\"" : ",\"")
        isFirst = false
        buffer.append(key)
        buffer.append("\":")
    }

    /// Nothing is written for empty text.
    mutating func text(_ key: StaticString, _ value: Bytes, into buffer: inout ByteBuffer) {
        if value.isEmpty { return }
        beginText(key, into: &buffer)
        Self.appendEscaped(value, into: &buffer)
        endText(into: &buffer)
    }

    mutating func text(_ key: StaticString, _ value: StaticString, into buffer: inout ByteBuffer) {
        text(key, Bytes(value), into: &buffer)
    }

    /// Opens a text whose content needs no escaping; the caller writes it, then `endText`.
    mutating func beginText(_ key: StaticString, into buffer: inout ByteBuffer) {
        self.key(key, into: &buffer)
        buffer.append(ASCII.quote)
    }

    func endText(into buffer: inout ByteBuffer) { buffer.append(ASCII.quote) }

    mutating func number(_ key: StaticString, _ value: UInt64, into buffer: inout ByteBuffer) {
        self.key(key, into: &buffer)
        buffer.append(decimal: value)
    }

    mutating func number(_ key: StaticString, _ value: Int64, into buffer: inout ByteBuffer) {
        self.key(key, into: &buffer)
        if value < 0 { buffer.append(ASCII.dash) }
        buffer.append(decimal: value.magnitude)
    }

    mutating func flag(_ key: StaticString, _ value: Bool, into buffer: inout ByteBuffer) {
        self.key(key, into: &buffer)
        buffer.append(value ? "true" : "false")
    }

    /// A span of time in whole microseconds, rounded down.
    mutating func microseconds(_ key: StaticString, nanoseconds: UInt64, into buffer: inout ByteBuffer) {
        number(key, nanoseconds / 1000, into: &buffer)
    }

    func end(into buffer: inout ByteBuffer) { buffer.append("}\n") }

    /// RFC 8259 §7: quote, backslash and control characters. DEL too, for terminals.
    static func appendEscaped(_ text: Bytes, into buffer: inout ByteBuffer) {
        if !needsEscape(text) { return buffer.append(text) }
        var start = 0
        for index in 0..<text.count {
            let byte = text[index]
            guard byte < 0x20 || byte == ASCII.quote || byte == ASCII.backslash || byte == ASCII.delete else {
                continue
            }
            buffer.append(text[start, count: index &- start])
            start = index &+ 1
            if byte == ASCII.quote {
                buffer.append("\\\"")
            } else if byte == ASCII.backslash {
                buffer.append("\\\\")
            } else {
                buffer.append("\\u00")
                buffer.append(ASCII.hexDigit(byte >> 4))
                buffer.append(ASCII.hexDigit(byte))
            }
        }
        buffer.append(text[start, count: text.count &- start])
    }

    /// Whether a byte of `text` may not stand as it is. Eight bytes a step: nearly every text is a name.
    private static func needsEscape(_ text: Bytes) -> Bool {
        var index = 0
        guard let base = unsafe UnsafeRawPointer(text.unsafeBase) else { return false }
        // In bounds: index + 8 <= count.
        while index &+ 8 <= text.count {
            let word = unsafe base.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if flagged(word) { return true }
            index &+= 8
        }
        while index < text.count {
            let byte = text[index]
            if byte < 0x20 || byte == ASCII.quote || byte == ASCII.backslash || byte == ASCII.delete {
                return true
            }
            index &+= 1
        }
        return false
    }

    /// Whether a byte is below 0x20, a quote, a backslash or DEL. A borrow can only come from a byte that is one.
    private static func flagged(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high = ones &* 0x80
        func hasZero(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        let control = (word &- ones &* 0x20) & ~word
        let quotes = hasZero(word ^ ones &* UInt64(ASCII.quote))
        let slashes = hasZero(word ^ ones &* UInt64(ASCII.backslash))
        let deletes = hasZero(word ^ ones &* UInt64(ASCII.delete))
        return (control | quotes | slashes | deletes) & high != 0
    }
}
