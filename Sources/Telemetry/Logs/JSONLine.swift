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
}
