import Glibc
public import Substrate

// Peak EWMA as Linkerd and Finagle have it: a slower sample counts at once, a faster one by the time since the last.
extension EndpointLoad {
    /// Taken for the time of an endpoint that has not answered yet. Source: Linkerd's policy controller.
    public static var defaultNanoseconds: Double { 30_000_000 }
    /// Time in which a sample loses all but 1/e of its weight. Source: Linkerd's policy controller.
    public static var decayNanoseconds: Double { 10_000_000_000 }
    /// Taken for the time of a request that failed. Source: Linkerd's load biaser.
    public static var failurePenaltyNanoseconds: Double { 5_000_000_000 }

    /// The average, decayed to `now`: an endpoint that nobody asked for long is worth asking again.
    public func averageNanoseconds(at now: MonotonicTime) -> Double {
        guard isKnown else { return Self.defaultNanoseconds }
        let span = now.nanoseconds(since: updatedAt)
        if span == 0 { return averageNanoseconds }
        return averageNanoseconds * exp(-Double(span) / Self.decayNanoseconds)
    }

    /// Starts the decay of an endpoint's default at the first sight of it.
    mutating func see(at now: MonotonicTime) {
        if isKnown { return }
        isKnown = true
        averageNanoseconds = Self.defaultNanoseconds
        updatedAt = now
    }

    mutating func add(sample: Double, at now: MonotonicTime) {
        see(at: now)
        let span = now.nanoseconds(since: updatedAt)
        let kept = span == 0 ? 1 : exp(-Double(span) / Self.decayNanoseconds)
        let decayed = averageNanoseconds * kept
        averageNanoseconds = sample > decayed ? sample : decayed + sample * (1 - kept)
        if now > updatedAt { updatedAt = now }
    }
}
