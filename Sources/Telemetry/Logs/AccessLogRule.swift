public import Substrate

/// Which requests of a listener get a line, compiled: a request costs a comparison, or a few where it is sampled out.
///
/// A line is written for a request whose trace is in the sample, and for one that a condition names.
public struct AccessLogRule: BitwiseCopyable, Sendable, Equatable {
    /// Number of the log; negative for none.
    public var log: Int32
    /// Traces whose low 56 bits are at least this are in the sample.
    private var sampleFloor: UInt64
    /// Bit n: status class n; bit 0: no answer at all.
    private var statusClasses: UInt8 = 0
    private var namesBroken = false
    private var namesReasons = false
    private var slowNanoseconds = UInt64.max

    private static let traceBits: UInt64 = 56

    public static var none: AccessLogRule { AccessLogRule(log: -1, samplePartsPerMillion: 0) }

    /// The share is of traces: every hop with the same share, or a larger one, decides alike for a request, because the
    /// trace id goes along with it. The bits are those of OpenTelemetry's consistent sampling, 56 random ones (W3C Trace
    /// Context 2 §3.2.2.3): of two shares the smaller one's requests are among the larger one's.
    public init(log: Int32, samplePartsPerMillion share: UInt32) {
        self.log = log
        let whole: UInt64 = 1 << Self.traceBits
        // In this order nothing overflows: the quotient is below 2⁵⁶, and a share at most a million.
        sampleFloor = whole &- whole / 1_000_000 &* UInt64(min(share, 1_000_000))
        if share >= 1_000_000 { sampleFloor = 0 }
    }

    public mutating func keepAll() { sampleFloor = 0 }

    /// No answer, a 5xx, or one that broke off.
    public mutating func keepErrors() {
        keep(statusClass: 5)
        keep(statusClass: 0)
        namesBroken = true
    }

    /// Whatever Outrigger answered itself or gave up.
    public mutating func keepReasons() { namesReasons = true }

    /// - Parameter class: 1…5, or 0 for no answer.
    public mutating func keep(statusClass class: UInt8) { statusClasses |= 1 << `class` }

    public mutating func keepSlow(nanoseconds: UInt64) { slowNanoseconds = min(slowNanoseconds, nanoseconds) }

    /// Whether the trace is in the sample.
    @inline(__always)
    public func samples(traceLow: UInt64) -> Bool {
        traceLow & (1 << Self.traceBits &- 1) >= sampleFloor
    }

    /// Whether a condition names the request. `reason` other than none: Outrigger answered itself, or broke off.
    public func names(status: UInt16, reason: ReasonCode, durationNanoseconds: UInt64) -> Bool {
        if statusClasses >> UInt8(truncatingIfNeeded: min(status / 100, 7)) & 1 == 1 { return true }
        if durationNanoseconds >= slowNanoseconds { return true }
        guard reason != .none else { return false }
        // An answer of our own has its reason's status: any other one had begun when it was given up.
        return namesReasons || namesBroken && status != reason.status
    }
}
