public import Substrate
import Synchronization

/// The keys that protect session tickets (RFC 5077 §4, RFC 8446 §4.6.1): one set for all listeners and workers of a
/// process, over all reloads. Nothing is kept of a session: a ticket is all there is.
///
/// What a ticket is worth is not decided here: see ``TLSServerContext``.
public final class TicketKeys: Sendable {
    private let rings: Mutex<TicketKeyRing>

    public init(now: WallTime) { rings = Mutex(TicketKeyRing(now: now)) }

    /// Any thread: changes the keys that are due. Handshakes do it too, but a process without any should hold no old keys.
    public func advance(to now: WallTime) { rings.withLock { $0.advance(to: now) } }

    /// Any thread: from now on no ticket made so far is understood. For revocations.
    public func replaceAll(now: WallTime) { rings.withLock { $0.replaceAll(now: now) } }

    /// Prepares the making of one ticket: its key's name, a fresh IV, cipher and MAC. False when OpenSSL fails.
    func seal(_ parts: TicketParts, now: WallTime) -> Bool {
        rings.withLock { ring in
            ring.advance(to: now)
            return ring.seal(parts)
        }
    }

    /// Prepares the reading of one ticket.
    func open(_ parts: TicketParts, now: WallTime) -> TicketKeyRing.Opening {
        rings.withLock { ring in
            ring.advance(to: now)
            return ring.open(parts)
        }
    }

    /// For tests: every byte that is kept.
    var memory: [UInt8] { rings.withLock { $0.memory } }
}
