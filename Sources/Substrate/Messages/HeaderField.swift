/// One field line of a head: where its name and value lie in the head's arena, and what is known of it.
public struct HeaderField: BitwiseCopyable, Sendable {
    public var name: ByteRange
    /// Without leading and trailing blanks.
    public var value: ByteRange
    public var known: KnownHeader
    /// For this hop only: by its name, or because `Connection` lists it.
    public var isHopByHop: Bool

    public init(name: ByteRange, value: ByteRange, known: KnownHeader, isHopByHop: Bool) {
        self.name = name
        self.value = value
        self.known = known
        self.isHopByHop = isHopByHop
    }
}
