import Substrate
import Telemetry

/// The spans of one request while they are open. By exchange slot, beside the request's record and only where spans are
/// recorded.
struct SpanProgress: BitwiseCopyable {
    /// Tries whose spans are kept until it is known how the request ends. Further ones are counted as dropped.
    static var maxHeldTries: Int { 4 }

    var span: UInt64 = 0
    /// 0 for a root.
    var parent: UInt64 = 0
    var start = WallTime(nanoseconds: 0)
    /// The latest end of a try: the clock may be set back in between.
    var latest = WallTime(nanoseconds: 0)
    /// The try under way.
    var trySpan: UInt64 = 0
    var tryStart = WallTime(nanoseconds: 0)
    var tries: UInt8 = 0
    var held = InlineArray<4, SpanRecord>(repeating: SpanRecord())
    var heldCount: UInt8 = 0
    var lost: UInt8 = 0

    /// For another request. What is held stays where it is, uncounted: it is far larger than the rest.
    mutating func begin(span: UInt64, parent: UInt64, start: WallTime) {
        self.span = span
        self.parent = parent
        self.start = start
        latest = start
        tries = 0
        heldCount = 0
        lost = 0
    }

    /// Keeps the span of a try until it is known how the request ends; one too many is only counted.
    mutating func hold(_ span: SpanRecord) {
        if Int(heldCount) < Self.maxHeldTries {
            held[Int(heldCount)] = span
            heldCount &+= 1
        } else if lost < .max {
            lost &+= 1
        }
    }
}
