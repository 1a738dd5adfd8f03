/// A point on the wall clock, in nanoseconds since 1970-01-01T00:00:00Z. For records and validity, never for timeouts.
public struct WallTime: Comparable, Sendable, BitwiseCopyable, Hashable {
    public var nanoseconds: UInt64

    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// Saturates in the year 2554: a token's expiry may be any number.
    public init(seconds: UInt64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds = overflow ? .max : product
    }

    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
    public var seconds: UInt64 { nanoseconds / 1_000_000_000 }
    public var milliseconds: UInt64 { nanoseconds / 1_000_000 }
}
