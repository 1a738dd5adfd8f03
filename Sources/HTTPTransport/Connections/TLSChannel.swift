import Cryptography

/// The TLS half of a connection. Plaintext connections have none, so that they stay small.
@safe final class TLSChannel {
    // At an address of its own: a class's field is checked for overlapping access at every use.
    private let place: UnsafeMutablePointer<TLSSession>
    var isReady = false
    /// Bytes that had to be sent because of what was read since the handshake: answers to KeyUpdate, alerts.
    var repliedBytes = 0

    init(_ session: consuming TLSSession) {
        unsafe place = .allocate(capacity: 1)
        unsafe place.initialize(to: session)
    }

    deinit {
        unsafe place.deinitialize(count: 1)
        unsafe place.deallocate()
    }

    /// Used by the connection's worker alone, one call at a time.
    var session: TLSSession {
        unsafeAddress { unsafe UnsafePointer(place) }
        unsafeMutableAddress { unsafe place }
    }
}
