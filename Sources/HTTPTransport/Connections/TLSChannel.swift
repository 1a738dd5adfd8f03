import Cryptography

/// The TLS half of a connection. Plaintext connections have none, so that they stay small.
final class TLSChannel {
    var session: TLSSession
    var isReady = false
    /// Bytes that had to be sent because of what was read since the handshake: answers to KeyUpdate, alerts.
    var repliedBytes = 0

    init(_ session: consuming TLSSession) { self.session = session }
}
