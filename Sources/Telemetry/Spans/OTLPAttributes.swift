import Substrate

/// Attributes (`KeyValue`) of spans and resources. Takes open types only: there is no way in for a peer's bytes.
struct OTLPAttributes: ~Copyable {
    /// For one value or one short message; empty between calls.
    var value = ByteBuffer()
    private var pair = ByteBuffer()

    init() {}

    mutating func add(_ key: OpenText, _ text: OpenText, field: UInt64, into output: inout ByteBuffer) {
        value.removeAll()
        Protobuf.bytes(1, text.bytes, into: &value)
        end(key, field, into: &output)
    }

    mutating func add(_ key: OpenText, _ name: OpenName, field: UInt64, into output: inout ByteBuffer) {
        value.removeAll()
        Protobuf.text(1, name.text, into: &value)
        end(key, field, into: &output)
    }

    /// Nothing for no name.
    mutating func add(_ key: OpenText, _ name: OpenName?, field: UInt64, into output: inout ByteBuffer) {
        if let name, !name.text.isEmpty { add(key, name, field: field, into: &output) }
    }

    mutating func add(_ key: OpenText, _ number: UInt64, field: UInt64, into output: inout ByteBuffer) {
        value.removeAll()
        Protobuf.number(3, number, into: &value)
        end(key, field, into: &output)
    }

    mutating func add(_ key: OpenText, _ id: RequestID, field: UInt64, into output: inout ByteBuffer) {
        pair.removeAll()
        id.append(into: &pair)
        addPair(key, field, into: &output)
    }

    mutating func add(_ key: OpenText, _ id: FlowID, field: UInt64, into output: inout ByteBuffer) {
        pair.removeAll()
        id.append(into: &pair)
        addPair(key, field, into: &output)
    }

    /// The text is in `pair`.
    private mutating func addPair(_ key: OpenText, _ field: UInt64, into output: inout ByteBuffer) {
        value.removeAll()
        Protobuf.bytes(1, pair.bytes, into: &value)
        end(key, field, into: &output)
    }

    /// The `AnyValue` is in `value`.
    private mutating func end(_ key: OpenText, _ field: UInt64, into output: inout ByteBuffer) {
        pair.removeAll()
        Protobuf.bytes(1, key.bytes, into: &pair)
        Protobuf.bytes(2, value.bytes, into: &pair)
        Protobuf.bytes(field, pair.bytes, into: &output)
    }
}
