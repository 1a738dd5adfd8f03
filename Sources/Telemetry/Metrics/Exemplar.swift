import Substrate

/// One sampled request that fell into a bucket: where to look for an example of such a duration.
struct Exemplar: BitwiseCopyable, Equatable {
    var traceHigh: UInt64
    var traceLow: UInt64
    var durationNanoseconds: UInt64
    /// When the request ended; 0 for no exemplar.
    var time: WallTime

    static var none: Exemplar {
        Exemplar(traceHigh: 0, traceLow: 0, durationNanoseconds: 0, time: WallTime(nanoseconds: 0))
    }

    var isNone: Bool { time.nanoseconds == 0 }
}
