import Substrate

/// What becomes of a batch that a collector did not take. Decides; sends nothing.
///
/// Source of the statuses: OTLP 1.x, "Retryable Response Codes". Five tries take about four seconds, in which the rings
/// fill and then drop: newer spans for older ones is no better bargain.
struct ExportRetry {
    static var maxTries: Int { 5 }
    /// The first pause; each further one is twice as long.
    static var firstPauseNanoseconds: UInt64 { 250_000_000 }
    static var maxPauseNanoseconds: UInt64 { 5_000_000_000 }
    /// Longest `Retry-After` that is followed, in seconds.
    static var maxRetryAfterSeconds: UInt64 { 30 }

    enum Outcome: Equatable {
        case answered(status: UInt16, retryAfterSeconds: UInt64?)
        /// No whole answer.
        case failed
    }

    enum Decision: Equatable {
        case delivered
        case retry(at: MonotonicTime)
        case giveUp
    }

    private(set) var tries = 0

    mutating func ended(_ outcome: Outcome, now: MonotonicTime, random: inout RandomSource) -> Decision {
        tries += 1
        var asked: UInt64?
        switch outcome {
        case .answered(let status, let seconds):
            if status >= 200, status < 300 { return .delivered }
            guard Self.isRetryable(status) else { return .giveUp }
            asked = seconds.map { min($0, Self.maxRetryAfterSeconds) &* 1_000_000_000 }
        case .failed: break
        }
        guard tries < Self.maxTries else { return .giveUp }
        let doubled = Self.firstPauseNanoseconds << UInt64(tries - 1)
        let pause = min(doubled, Self.maxPauseNanoseconds)
        // Half of it by lot, so that many sidecars do not come back together.
        let drawn = pause / 2 + UInt64(Double(pause / 2) * random.nextUnit())
        return .retry(at: now.adding(nanoseconds: max(drawn, asked ?? 0)))
    }

    private static func isRetryable(_ status: UInt16) -> Bool {
        status == 429 || status == 502 || status == 503 || status == 504
    }
}
