import Substrate

/// Decides how many steps of handshakes one turn of the loop takes: one at least, so that they always move; more only
/// while they have had less than their share of a turn that was busy with other things.
///
/// A step is some 150 µs of arithmetic that cannot be cut (P-256, OpenSSL 3.0): whatever waits behind one waits that
/// long. In spare time turns are short, and one step each uses all of it.
struct HandshakeBudget {
    private let others: UInt64
    private let began: MonotonicTime
    private let maxSteps: Int
    private let sharePercent: UInt64
    private var steps = 0

    /// - Parameters:
    ///   - turnBegan: when the turn woke up.
    ///   - now: when it had done all else.
    init(_ limits: TransportLimits, turnBegan: MonotonicTime, now: MonotonicTime) {
        others = now.nanoseconds(since: turnBegan)
        began = now
        maxSteps = limits.handshakeStepsPerTurn
        sharePercent = limits.handshakeSharePercent
    }

    /// Whether one more step may be taken. Taken if true.
    mutating func take(now: MonotonicTime) -> Bool {
        if steps > 0 {
            let spent = now.nanoseconds(since: began)
            guard steps < maxSteps, spent &* 100 < (spent &+ others) &* sharePercent else { return false }
        }
        steps &+= 1
        return true
    }
}
