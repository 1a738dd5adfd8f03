import Substrate

/// One sample line in the making: name, then labels, then a value, then perhaps an exemplar.
struct ExpositionSample {
    private let text: Exposition
    private var hasLabels = false

    init(_ text: Exposition, _ name: FamilyName, into buffer: inout ByteBuffer) {
        self.init(text, name, ending: name.sampleEnding, into: &buffer)
    }

    /// - Parameter ending: for histograms, whose samples have several, and for `_created`.
    init(_ text: Exposition, _ name: FamilyName, ending: StaticString, into buffer: inout ByteBuffer) {
        self.text = text
        buffer.append(name.base)
        buffer.append(ending)
    }

    mutating func label(_ name: StaticString, _ value: OpenText, into buffer: inout ByteBuffer) {
        begin(Bytes(name), into: &buffer)
        text.appendEscaped(value.bytes, quotes: true, into: &buffer)
        buffer.append(ASCII.quote)
    }

    mutating func label(_ name: OpenText, configured value: OpenName, into buffer: inout ByteBuffer) {
        begin(name.bytes, into: &buffer)
        Array(value.text.utf8).withBytes { text.appendEscaped($0, quotes: true, into: &buffer) }
        buffer.append(ASCII.quote)
    }

    /// A number's name: empty for 0, `_other` for `.max`, `#` and the number when it has none.
    mutating func label(
        _ name: StaticString, id: UInt32, named: OpenName?, into buffer: inout ByteBuffer
    ) {
        if id != 0, id != .max, let named {
            label(OpenText(name), configured: named, into: &buffer)
            return
        }
        begin(Bytes(name), into: &buffer)
        if id == .max {
            buffer.append("_other")
        } else if id != 0 {
            buffer.append(ASCII.hash)
            buffer.append(decimal: UInt64(id))
        }
        buffer.append(ASCII.quote)
    }

    /// An HTTP status; `_other` for `.max`.
    mutating func label(_ name: StaticString, status: UInt16, into buffer: inout ByteBuffer) {
        begin(Bytes(name), into: &buffer)
        if status == .max { buffer.append("_other") } else { buffer.append(decimal: UInt64(status)) }
        buffer.append(ASCII.quote)
    }

    private mutating func begin(_ name: Bytes, into buffer: inout ByteBuffer) {
        buffer.append(hasLabels ? ASCII.comma : 0x7B)
        hasLabels = true
        buffer.append(name)
        buffer.append("=\"")
    }

    func end(_ value: UInt64, into buffer: inout ByteBuffer) {
        close(into: &buffer)
        buffer.append(decimal: value)
        buffer.append(ASCII.lineFeed)
    }

    func end(seconds nanoseconds: UInt64, into buffer: inout ByteBuffer) {
        close(into: &buffer)
        Exposition.appendSeconds(nanoseconds, into: &buffer)
        buffer.append(ASCII.lineFeed)
    }

    func end(number value: Double, into buffer: inout ByteBuffer) {
        close(into: &buffer)
        Exposition.append(value, into: &buffer)
        buffer.append(ASCII.lineFeed)
    }

    /// Ends a bucket: ` # {trace_id="…"} seconds time` where there is an exemplar and the format has them.
    func end(_ value: UInt64, _ exemplar: Exemplar, into buffer: inout ByteBuffer) {
        close(into: &buffer)
        buffer.append(decimal: value)
        if text.format == .openMetrics, !exemplar.isNone {
            buffer.append(" # {trace_id=\"")
            buffer.append(hex16: exemplar.traceHigh)
            buffer.append(hex16: exemplar.traceLow)
            buffer.append("\"} ")
            Exposition.appendSeconds(exemplar.durationNanoseconds, into: &buffer)
            buffer.append(ASCII.space)
            Exposition.appendSeconds(exemplar.time.nanoseconds, into: &buffer)
        }
        buffer.append(ASCII.lineFeed)
    }

    private func close(into buffer: inout ByteBuffer) {
        buffer.append(hasLabels ? "} " : " ")
    }
}
