/// A duration as resources write it: `250ms`, `30s`, `5m`, `24h`.
public struct TimeSpan: Sendable, Equatable, Hashable, Comparable {
    public var nanoseconds: UInt64

    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }
    public static func milliseconds(_ count: UInt64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000_000) }
    public static func seconds(_ count: UInt64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000_000_000) }
    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
}
