public import Substrate

/// One change of a message's field lines. Name and value were checked when the snapshot was compiled.
public struct HeaderOperation: BitwiseCopyable, Sendable {
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
        /// Replaces every field of the name.
        case set
        case add
        case remove
    }

    public var kind: Kind
    public var known: KnownHeader
    /// Lower case, in `text`.
    public var name: ByteRange
    /// In `text`; empty for `remove`.
    public var value: ByteRange
}
