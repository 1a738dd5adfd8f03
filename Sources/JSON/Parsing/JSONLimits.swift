/// What one document may cost. A document at a limit is parsed, one past it is refused.
public struct JSONLimits: Sendable, Equatable {
    /// What happens when an object has two members of one name.
    public enum DuplicateKeys: Sendable, Equatable {
        /// The document is refused: two parsers could read it differently (RFC 8259 §4).
        case refuse
        /// The document is parsed; `JSONTape.duplicateKeyOffset` says where the first one is.
        case report
    }

    /// Most arrays and objects open at once. Nothing recurses, so this bounds readers rather than this parser.
    public var maxDepth = 64
    /// Longest document, in bytes.
    public var maxBytes = 4 << 20
    /// Most entries on the tape: every value is one, every member name another. An entry takes 16 bytes, and a
    /// member name up to 64 more.
    public var maxValues = 1 << 20
    public var duplicateKeys = DuplicateKeys.refuse

    public init() {}
}
