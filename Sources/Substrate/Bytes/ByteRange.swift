/// Where some bytes lie inside a buffer that is known from the context: 8 bytes, storable, valid after a copy.
public struct ByteRange: Equatable, Sendable, BitwiseCopyable {
    public var offset: UInt32
    public var count: UInt32

    public init() {
        offset = 0
        count = 0
    }

    public init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }

    /// - Precondition: both fit 32 bits; every buffer that ranges point into is bounded far below.
    public init(offset: Int, count: Int) {
        self.offset = UInt32(offset)
        self.count = UInt32(count)
    }

    public var isEmpty: Bool { count == 0 }
    public var end: Int { Int(offset) + Int(count) }
}
