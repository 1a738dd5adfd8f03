import Substrate

/// Writes metrics in one of the formats: the lines in front of a family, and parts of its samples.
struct Exposition {
    let format: MetricsFormat
    /// Whether series made on first use say since when they count. OpenMetrics only.
    let writesCreated: Bool

    init(_ format: MetricsFormat, writesCreated: Bool = false) {
        self.format = format
        self.writesCreated = writesCreated && format == .openMetrics
    }

    /// The family's metadata; once a family, before its samples.
    func begin(_ name: FamilyName, _ help: OpenText, into buffer: inout ByteBuffer) {
        metadata("# HELP ", name, into: &buffer)
        appendEscaped(help.bytes, quotes: format == .openMetrics, into: &buffer)
        buffer.append(ASCII.lineFeed)
        metadata("# TYPE ", name, into: &buffer)
        switch name.kind {
        case .counter: buffer.append("counter\n")
        case .gauge: buffer.append("gauge\n")
        case .histogram: buffer.append("histogram\n")
        case .info: buffer.append(format == .openMetrics ? "info\n" : "gauge\n")
        }
        guard format == .openMetrics else { return }
        let unit = name.unit
        guard unit.utf8CodeUnitCount > 0 else { return }
        metadata("# UNIT ", name, into: &buffer)
        buffer.append(unit)
        buffer.append(ASCII.lineFeed)
    }

    /// Behind all families.
    func end(into buffer: inout ByteBuffer) {
        if format == .openMetrics { buffer.append("# EOF\n") }
    }

    /// In OpenMetrics a family's name is the base; in Prometheus text it is what its samples are called.
    private func metadata(_ keyword: StaticString, _ name: FamilyName, into buffer: inout ByteBuffer) {
        buffer.append(keyword)
        buffer.append(name.base)
        if format == .prometheus { buffer.append(name.sampleEnding) }
        buffer.append(ASCII.space)
    }

    /// Backslash and line feed are escaped, and with `quotes` the quote.
    func appendEscaped(_ text: Bytes, quotes: Bool, into buffer: inout ByteBuffer) {
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
