import Cryptography

/// The TLS half of a connection. Plaintext connections have none, so that they stay small.
final class TLSChannel {
    var session: TLSSession
    var isReady = false

    init(_ session: consuming TLSSession) { self.session = session }
}
