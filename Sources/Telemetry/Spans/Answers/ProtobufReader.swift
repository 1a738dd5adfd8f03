import Substrate

/// Reads the fields of one protobuf message, in order. Nil ends it: at the end, or (`isMalformed`) where it is none.
struct ProtobufReader {
    enum Value {
        case number(UInt64)
        case bytes(Bytes)
        /// A fixed-width field, which nothing here needs.
        case skipped
    }

    private var rest: Bytes
    private(set) var isMalformed = false

    init(_ message: Bytes) { rest = message }

    mutating func next() -> (field: UInt64, value: Value)? {
        guard !rest.isEmpty, !isMalformed else { return nil }
        guard let tag = varint(), tag >> 3 > 0, let type = Protobuf.WireType(rawValue: tag & 7),
            let value = value(type)
        else {
            isMalformed = true
            return nil
        }
        return (tag >> 3, value)
    }

    private mutating func value(_ type: Protobuf.WireType) -> Value? {
        switch type {
        case .varint: return varint().map { .number($0) }
        case .fixed64: return skip(8) == nil ? nil : .skipped
        case .fixed32: return skip(4) == nil ? nil : .skipped
        case .length:
            guard let count = varint(), count <= UInt64(rest.count) else { return nil }
            return skip(Int(count)).map { .bytes($0) }
        }
    }

    private mutating func skip(_ count: Int) -> Bytes? {
        guard count <= rest.count else { return nil }
        let taken = rest.prefix(count)
        rest = rest.dropFirst(count)
        return taken
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var index = 0
        while index < rest.count, index < 10 {
            let byte = rest[index]
            // The tenth byte has room for one bit.
            if index == 9, byte > 1 { return nil }
            value |= UInt64(byte & 0x7F) << UInt64(index &* 7)
            index &+= 1
            if byte < 0x80 {
                rest = rest.dropFirst(index)
                return value
            }
        }
        return nil
    }
}
