public import Substrate

/// Writes a document into a buffer that it owns meanwhile. Commas are its business; names and nesting are the
/// caller's.
///
///     var writer = JSONWriter(taking: &buffer)
///     writer.beginObject()
///     writer.key("status")
///     writer.string("sent")
///     writer.endObject()
///     writer.giveBack(to: &buffer)
///
/// Allocates only when the buffer grows.
public struct JSONWriter: ~Copyable {
    private var buffer: ByteBuffer
    private var needsComma = false
    private var depth = 0

    /// Appends to `buffer`, or to a fresh one.
    public init(_ buffer: consuming ByteBuffer = ByteBuffer()) { self.buffer = buffer }

    /// Appends to `buffer`, which is empty until `giveBack(to:)`.
    public init(taking buffer: inout ByteBuffer) {
        self.buffer = ByteBuffer()
        swap(&self.buffer, &buffer)
    }

    /// What has been written, behind what the buffer held before.
    public var bytes: Bytes { buffer.bytes }

    /// Ends the writer and returns its buffer.
    public consuming func finish() -> ByteBuffer {
        precondition(depth == 0, "every array and object is ended")
        return buffer
    }

    /// Ends the writer and puts its buffer back where it was taken from.
    public consuming func giveBack(to place: inout ByteBuffer) { place = finish() }

    private mutating func startValue() {
        if needsComma { buffer.append(ASCII.comma) }
        needsComma = true
    }

    private mutating func begin(_ bracket: UInt8) {
        startValue()
        buffer.append(bracket)
        needsComma = false
        depth += 1
    }

    private mutating func end(_ bracket: UInt8) {
        precondition(depth > 0, "only what was begun is ended")
        buffer.append(bracket)
        needsComma = true
        depth -= 1
    }

    public mutating func beginObject() { begin(0x7B) }
    public mutating func endObject() { end(0x7D) }
    public mutating func beginArray() { begin(ASCII.openBracket) }
    public mutating func endArray() { end(ASCII.closeBracket) }

    /// The name of the member whose value is written next.
    public mutating func key(_ name: Bytes) {
        startValue()
        buffer.append(jsonString: name)
        buffer.append(ASCII.colon)
        needsComma = false
    }

    public mutating func key(_ name: StaticString) { key(Bytes(name)) }

    /// Text; a byte that is not part of valid UTF-8 becomes U+FFFD.
    public mutating func string(_ text: Bytes) {
        startValue()
        buffer.append(jsonString: text)
    }

    public mutating func string(_ text: StaticString) { string(Bytes(text)) }

    public mutating func number(_ value: UInt64) {
        startValue()
        buffer.append(decimal: value)
    }

    public mutating func number(_ value: Int64) {
        startValue()
        if value < 0 { buffer.append(ASCII.dash) }
        buffer.append(decimal: value.magnitude)
    }

    public mutating func number(_ value: Int) { number(Int64(value)) }

    public mutating func bool(_ value: Bool) {
        startValue()
        buffer.append(value ? "true" : "false")
    }

    public mutating func null() {
        startValue()
        buffer.append("null")
    }

    /// A value that is JSON already: a number's lexeme, a parsed value's `rawBytes`.
    public mutating func raw(_ json: Bytes) {
        startValue()
        buffer.append(json)
    }
}
