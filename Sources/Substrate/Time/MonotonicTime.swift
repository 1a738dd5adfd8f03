/// A point on the monotonic clock, in nanoseconds since an arbitrary start. Arithmetic saturates.
public struct MonotonicTime: Comparable, Sendable, BitwiseCopyable, Hashable {
    public var nanoseconds: UInt64

    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    public static var zero: MonotonicTime { MonotonicTime(nanoseconds: 0) }
    /// Later than anything: a deadline that never comes.
    public static var never: MonotonicTime { MonotonicTime(nanoseconds: .max) }

    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    public func adding(nanoseconds span: UInt64) -> MonotonicTime {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(span)
        return overflow ? .never : MonotonicTime(nanoseconds: sum)
    }

    public func adding(milliseconds span: UInt64) -> MonotonicTime {
        let (nanoseconds, overflow) = span.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .never : adding(nanoseconds: nanoseconds)
    }

    /// Nanoseconds from `earlier` to this; 0 when `earlier` is later.
    public func nanoseconds(since earlier: MonotonicTime) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds &- earlier.nanoseconds : 0
    }
}
