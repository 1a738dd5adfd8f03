import Substrate

/// What a ticket says beside OpenSSL's session: when the peer proved itself in a whole handshake, and for how long
/// what it proved holds. A resumption hands it on unchanged, so that no chain of them outlives its first handshake.
struct TicketClaims: BitwiseCopyable, Equatable {
    /// Bytes of its written form: three times as big-endian seconds.
    static var byteCount: Int { 24 }

    var provedAt: WallTime
    /// The time in which every certificate of the peer's chain is valid, authority included. Without a certificate: ever.
    var validFrom = WallTime(nanoseconds: 0)
    var validUntil = WallTime(nanoseconds: .max)

    init(provedAt: WallTime) { self.provedAt = provedAt }

    /// Nil unless it is one written form.
    init?(_ bytes: Bytes) {
        guard bytes.count == Self.byteCount else { return nil }
        func time(_ start: Int) -> WallTime {
            var seconds: UInt64 = 0
            for index in start..<(start + 8) { seconds = seconds << 8 | UInt64(bytes[index]) }
            return WallTime(seconds: seconds)
        }
        provedAt = time(0)
        validFrom = time(8)
        validUntil = time(16)
    }

    var bytes: [UInt8] {
        [provedAt, validFrom, validUntil].flatMap { time in
            (0..<8).map { UInt8(truncatingIfNeeded: time.seconds >> UInt64(56 - 8 * $0)) }
        }
    }

    /// Whether a session may still be resumed. The end is exclusive to the second, as written times are cut to it.
    func allowResumption(at now: WallTime) -> Bool {
        let age = now > provedAt ? now.seconds &- provedAt.seconds : 0
        return age < TLSLimits.ticketLifetimeSeconds && now >= validFrom && now < validUntil
    }

    /// Narrows the time to one certificate's.
    mutating func narrow(from: WallTime, until: WallTime) {
        validFrom = max(validFrom, from)
        validUntil = min(validUntil, until)
    }
}
