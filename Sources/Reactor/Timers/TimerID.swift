/// Names a scheduled timer for as long as it waits. Once it has fired or was cancelled the name finds nothing.
public struct TimerID: Equatable, Hashable, Sendable, BitwiseCopyable {
    var index: UInt32
    var generation: UInt32

    init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    /// No timer: cancelling it does nothing.
    public static var none: TimerID { TimerID(index: .max, generation: 0) }
    public var isNone: Bool { index == .max }
}
