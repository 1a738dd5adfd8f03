/// The six kinds of value (RFC 8259 §3); `true` and `false` are one kind here.
public enum JSONKind: UInt8, Sendable, BitwiseCopyable {
    case null, bool, number, string, array, object
}
