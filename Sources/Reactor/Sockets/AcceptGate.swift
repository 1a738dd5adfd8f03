public import Substrate

/// Whether a listener accepts, and what to do when descriptors run out.
///
///     open ──no descriptors──▶ paused(until) ──time──▶ open
///
/// A level-triggered listener that cannot accept would wake its loop for ever. So one waiting connection is shed by
/// means of a reserve descriptor, which tells its client at once, and the listener rests.
public struct AcceptGate: BitwiseCopyable, Equatable, Sendable {
    /// Connections accepted in one turn of a loop; more wait in the kernel, so that other workers get their share.
    public static var maxAcceptsPerTurn: Int { 8 }
    /// Rest after descriptors ran out: 100 ms.
    public static var pauseNanoseconds: UInt64 { 100_000_000 }

    public private(set) var pausedUntil: MonotonicTime?
    /// Times that descriptors ran out.
    public private(set) var exhaustions: UInt64 = 0

    public init() {}

    public var isOpen: Bool { pausedUntil == nil }

    /// What the driver does when accepting met no descriptor.
    public enum OnExhausted: Equatable, Sendable {
        /// Shed one connection with the reserve, stop watching the listener, and call `reopen` at that time.
        case shedOneAndPause(until: MonotonicTime)
    }

    public mutating func exhausted(now: MonotonicTime) -> OnExhausted {
        let until = now.adding(nanoseconds: Self.pauseNanoseconds)
        pausedUntil = until
        exhaustions &+= 1
        return .shedOneAndPause(until: until)
    }

    /// Whether the listener is to be watched again.
    public mutating func reopen(now: MonotonicTime) -> Bool {
        guard let until = pausedUntil, now >= until else { return false }
        pausedUntil = nil
        return true
    }
}
