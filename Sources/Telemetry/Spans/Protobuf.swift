import Substrate

/// Fields of a protobuf message (protobuf.dev/programming-guides/encoding), as much as OTLP needs.
enum Protobuf {
    enum WireType: UInt64 { case varint = 0, fixed64 = 1, length = 2, fixed32 = 5 }

    @inline(__always)
    static func varint(_ value: UInt64, into output: inout ByteBuffer) {
        // Tags and nearly all lengths.
        if value < 0x80 {
            output.append(UInt8(truncatingIfNeeded: value))
        } else {
            longVarint(value, into: &output)
        }
    }

    private static func longVarint(_ value: UInt64, into output: inout ByteBuffer) {
        var rest = value
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    private static func tag(_ field: UInt64, _ type: WireType, into output: inout ByteBuffer) {
        varint(field << 3 | type.rawValue, into: &output)
    }

    static func number(_ field: UInt64, _ value: UInt64, into output: inout ByteBuffer) {
        tag(field, .varint, into: &output)
        varint(value, into: &output)
    }

    static func fixed64(_ field: UInt64, _ value: UInt64, into output: inout ByteBuffer) {
        tag(field, .fixed64, into: &output)
        store(value.littleEndian, into: &output)
    }

    static func fixed32(_ field: UInt64, _ value: UInt32, into output: inout ByteBuffer) {
        tag(field, .fixed32, into: &output)
        for shift in 0..<4 { output.append(UInt8(truncatingIfNeeded: value >> UInt32(shift &* 8))) }
    }

    /// Bytes, text, or a message.
    static func bytes(_ field: UInt64, _ value: Bytes, into output: inout ByteBuffer) {
        tag(field, .length, into: &output)
        varint(UInt64(value.count), into: &output)
        output.append(value)
    }

    static func text(_ field: UInt64, _ value: String, into output: inout ByteBuffer) {
        tag(field, .length, into: &output)
        varint(UInt64(value.utf8.count), into: &output)
        output.append(text: value)
    }

    /// Most significant byte first: ids.
    static func bigEndian(_ value: UInt64, into output: inout ByteBuffer) {
        store(value.bigEndian, into: &output)
    }

    private static func store(_ word: UInt64, into output: inout ByteBuffer) {
        let spare = unsafe output.unsafeSpare(minimum: 8)
        unsafe UnsafeMutableRawBufferPointer(spare).storeBytes(of: word, as: UInt64.self)
        output.commit(8)
    }
}
