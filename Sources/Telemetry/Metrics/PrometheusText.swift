import Substrate

/// Writes Prometheus text format 0.0.4.
enum PrometheusText {
    /// The family's `# HELP` and `# TYPE` lines; once a family, before its samples.
    static func begin(
        _ name: OpenText, _ type: StaticString, _ help: OpenText, into buffer: inout ByteBuffer
    ) {
        buffer.append("# HELP ")
        buffer.append(name.bytes)
        buffer.append(ASCII.space)
        appendEscaped(help.bytes, quotes: false, into: &buffer)
        buffer.append("\n# TYPE ")
        buffer.append(name.bytes)
        buffer.append(ASCII.space)
        buffer.append(type)
        buffer.append(ASCII.lineFeed)
    }

    /// Backslash and line feed are escaped, and in label values the quote.
    static func appendEscaped(_ text: Bytes, quotes: Bool, into buffer: inout ByteBuffer) {
        for index in 0..<text.count {
            let byte = text[index]
            if byte == ASCII.backslash {
                buffer.append("\\\\")
            } else if byte == ASCII.lineFeed {
                buffer.append("\\n")
            } else if quotes, byte == ASCII.quote {
                buffer.append("\\\"")
            } else {
                buffer.append(byte)
            }
        }
    }

    /// Nanoseconds as seconds, exactly: no rounding through a floating-point number.
    static func appendSeconds(_ nanoseconds: UInt64, into buffer: inout ByteBuffer) {
        buffer.append(decimal: nanoseconds / 1_000_000_000)
        var rest = nanoseconds % 1_000_000_000
        guard rest > 0 else { return }
        buffer.append(ASCII.dot)
        var unit: UInt64 = 100_000_000
        while rest > 0 {
            buffer.append(ASCII.zero &+ UInt8(truncatingIfNeeded: rest / unit))
            rest %= unit
            unit /= 10
        }
    }

    static func append(_ value: Double, into buffer: inout ByteBuffer) {
        if value.isNaN {
            buffer.append("NaN")
        } else if value.isInfinite {
            buffer.append(value > 0 ? "+Inf" : "-Inf")
        } else if let whole = UInt64(exactly: value) {
            buffer.append(decimal: whole)
        } else {
            buffer.append(text: "\(value)")
        }
    }
}
