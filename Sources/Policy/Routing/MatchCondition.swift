import Substrate

/// A header or query condition of a match.
struct MatchCondition: BitwiseCopyable {
    enum Subject: UInt8, BitwiseCopyable { case header, query }
    enum Comparison: UInt8, BitwiseCopyable { case exact, prefix, present }

    var subject: Subject
    var comparison: Comparison
    var known: KnownHeader
    /// In `text`; lower case for a header.
    var name: ByteRange
    /// In `text`.
    var value: ByteRange
}
