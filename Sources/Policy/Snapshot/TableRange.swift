/// Neighbouring elements of a table that the context names.
public struct TableRange: BitwiseCopyable, Sendable, Equatable {
    public var start: UInt32
    public var count: UInt32

    public init() {
        start = 0
        count = 0
    }

    /// - Precondition: both fit 32 bits; tables are bounded by memory far below.
    public init(start: Int, count: Int) {
        self.start = UInt32(start)
        self.count = UInt32(count)
    }

    public var indices: Range<Int> { Int(start)..<Int(start) + Int(count) }
    public var isEmpty: Bool { count == 0 }
}
