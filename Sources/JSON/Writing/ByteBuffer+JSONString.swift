public import Substrate

extension ByteBuffer {
    /// Appends `text` as a JSON string, quotes included.
    ///
    /// Escaped is what RFC 8259 §7 demands and nothing else. A byte that is not part of valid UTF-8 becomes U+FFFD.
    public mutating func append(jsonString text: Bytes) {
        reserve(text.count &+ 2)
        append(ASCII.quote)
        if !text.isEmpty { appendEscaped(text) }
        append(ASCII.quote)
    }

    private mutating func appendEscaped(_ text: Bytes) {
        let scanner = JSONScanner(text)
        var runStart = 0
        var at = 0
        while at < text.count {
            while scanner.count &- at >= 8 {
                let marks = JSONScanner.stringMarks(scanner.word(at))
                if marks != 0 {
                    at &+= marks.trailingZeroBitCount >> 3
                    break
                }
                at &+= 8
            }
            guard at < text.count else { break }
            let byte = scanner.byte(at)
            let length = byte < 0x80 ? 1 : scanner.sequenceLength(at)
            if length > 0, byte >= 0x20, byte != ASCII.quote, byte != ASCII.backslash {
                at &+= length
                continue
            }
            append(text[runStart, count: at &- runStart])
            if byte >= 0x80 { append("\u{FFFD}") } else { appendEscape(byte) }
            at &+= 1
            runStart = at
        }
        append(text[runStart, count: text.count &- runStart])
    }

    private mutating func appendEscape(_ byte: UInt8) {
        switch byte {
        case ASCII.quote: append("\\\"")
        case ASCII.backslash: append("\\\\")
        case ASCII.lineFeed: append("\\n")
        case ASCII.carriageReturn: append("\\r")
        case ASCII.tab: append("\\t")
        case 0x08: append("\\b")
        case 0x0C: append("\\f")
        default:
            append("\\u00")
            append(ASCII.hexDigit(byte >> 4))
            append(ASCII.hexDigit(byte))
        }
    }
}
