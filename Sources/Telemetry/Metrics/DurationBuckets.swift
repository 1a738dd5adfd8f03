/// The 14 upper bounds of `outrigger_request_duration_seconds`, and the cells of a series: one a bucket, one for what is
/// longer than all bounds, one for the sum in nanoseconds.
///
/// From a quarter of a millisecond, which a proxied call on one machine takes, to 30 s, the default route timeout.
enum DurationBuckets {
    static var count: Int { 14 }
    static var overflowCell: Int { 14 }
    static var sumCell: Int { 15 }
    static var cellCount: Int { 16 }

    /// Cell of the first bucket whose bound is at or above the duration.
    static func cell(nanoseconds: UInt64) -> Int {
        if nanoseconds <= 10_000_000 {
            return (nanoseconds > 250_000 ? 1 : 0) &+ (nanoseconds > 500_000 ? 1 : 0)
                &+ (nanoseconds > 1_000_000 ? 1 : 0) &+ (nanoseconds > 2_500_000 ? 1 : 0)
                &+ (nanoseconds > 5_000_000 ? 1 : 0)
        }
        return 6 &+ (nanoseconds > 25_000_000 ? 1 : 0) &+ (nanoseconds > 50_000_000 ? 1 : 0)
            &+ (nanoseconds > 100_000_000 ? 1 : 0) &+ (nanoseconds > 250_000_000 ? 1 : 0)
            &+ (nanoseconds > 500_000_000 ? 1 : 0) &+ (nanoseconds > 1_000_000_000 ? 1 : 0)
            &+ (nanoseconds > 5_000_000_000 ? 1 : 0) &+ (nanoseconds > 30_000_000_000 ? 1 : 0)
    }

    /// Value of the label `le` of a bucket, in seconds: in both formats as OpenMetrics wants its floats, so that the format
    /// which a scraper asks for does not change what a series is called.
    static func bound(_ bucket: Int) -> OpenText {
        switch bucket {
        case 0: "0.00025"
        case 1: "0.0005"
        case 2: "0.001"
        case 3: "0.0025"
        case 4: "0.005"
        case 5: "0.01"
        case 6: "0.025"
        case 7: "0.05"
        case 8: "0.1"
        case 9: "0.25"
        case 10: "0.5"
        case 11: "1.0"
        case 12: "5.0"
        case 13: "30.0"
        default: "+Inf"
        }
    }
}
