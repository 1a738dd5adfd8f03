/// Both clocks, read once a loop turn and handed down to every decision.
public struct Now: Sendable, BitwiseCopyable, Equatable {
    public var monotonic: MonotonicTime
    public var wall: WallTime

    public init(monotonic: MonotonicTime, wall: WallTime) {
        self.monotonic = monotonic
        self.wall = wall
    }
}
