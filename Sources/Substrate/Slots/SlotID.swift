/// Names a slab slot for one life of it: a later tenant of the same slot has another generation.
public struct SlotID: Equatable, Hashable, Sendable, BitwiseCopyable {
    public var index: UInt32
    public var generation: UInt32

    public init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    public static var none: SlotID { SlotID(index: .max, generation: 0) }
    public var isNone: Bool { index == .max }
}
