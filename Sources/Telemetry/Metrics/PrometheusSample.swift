import Substrate

/// One sample line in the making: name, then labels, then a value.
struct PrometheusSample {
    private var hasLabels = false

    init(_ name: OpenText, _ suffix: StaticString = "", into buffer: inout ByteBuffer) {
        buffer.append(name.bytes)
        buffer.append(suffix)
    }

    mutating func label(_ name: StaticString, _ value: OpenText, into buffer: inout ByteBuffer) {
        begin(Bytes(name), into: &buffer)
        PrometheusText.appendEscaped(value.bytes, quotes: true, into: &buffer)
        buffer.append(ASCII.quote)
    }

    mutating func label(_ name: OpenText, configured value: OpenName, into buffer: inout ByteBuffer) {
        begin(name.bytes, into: &buffer)
        Array(value.text.utf8).withBytes { PrometheusText.appendEscaped($0, quotes: true, into: &buffer) }
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
        PrometheusText.appendSeconds(nanoseconds, into: &buffer)
        buffer.append(ASCII.lineFeed)
    }

    func end(number value: Double, into buffer: inout ByteBuffer) {
        close(into: &buffer)
        PrometheusText.append(value, into: &buffer)
        buffer.append(ASCII.lineFeed)
    }

    private func close(into buffer: inout ByteBuffer) {
        buffer.append(hasLabels ? "} " : " ")
    }
}
