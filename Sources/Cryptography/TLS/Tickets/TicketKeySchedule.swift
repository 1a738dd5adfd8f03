import Substrate

/// Decides when the keys of session tickets change. Holds no key.
///
///     current ──period──▶ previous ──period──▶ gone
///
/// Tickets are made with the current key and understood with both, so that a ticket is good for a whole period at
/// least, and no key lives longer than two.
struct TicketKeySchedule: BitwiseCopyable {
    enum OnTime: Equatable {
        case keep
        /// A new key; the current one becomes the previous, whose place it takes.
        case rotate
        /// A new key, and none before it: both have outlived their time.
        case replaceAll
    }

    private var currentSince: WallTime

    init(now: WallTime) { currentSince = now }

    mutating func advance(to now: WallTime) -> OnTime {
        guard now >= currentSince else {
            // The clock was set back: what has begun must not live longer for it.
            currentSince = now
            return .keep
        }
        let age = now.nanoseconds &- currentSince.nanoseconds
        let period = TLSLimits.ticketKeyPeriodSeconds &* 1_000_000_000
        guard age >= period else { return .keep }
        currentSince = now
        return age >= 2 &* period ? .replaceAll : .rotate
    }
}
