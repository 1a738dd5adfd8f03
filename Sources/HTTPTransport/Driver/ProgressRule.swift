/// The least that a client must send of a body, or take of an answer, while it alone is waited for. Idle times cut off
/// who does nothing; this cuts off who does next to nothing, for ever.
public struct ProgressRule: Sendable, Equatable {
    /// Bytes in each window; 0 turns the rule off.
    public var bytes: UInt64
    public var windowNanoseconds: UInt64

    public init(bytes: UInt64 = 2_048, windowNanoseconds: UInt64 = 10_000_000_000) {
        self.bytes = bytes
        self.windowNanoseconds = windowNanoseconds
    }

    public static var off: ProgressRule { ProgressRule(bytes: 0) }
}
