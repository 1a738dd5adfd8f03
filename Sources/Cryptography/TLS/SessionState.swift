import COpenSSL
import Glibc
import Substrate

/// What the BIO's callbacks see of a session: a heap struct of its own, at one address for the session's life, so
/// that a callback never touches the connection whose method is running.
@safe struct SessionState: ~Copyable {
    /// Ciphertext lent for the call that is running; nil between calls.
    var input: UnsafePointer<UInt8>?
    var inputCount = 0
    var consumed = 0
    /// Where ciphertext goes during the call that is running; nil between calls.
    var output: UnsafeMutablePointer<ByteBuffer>?
    /// The peer's SPIFFE ID or subject, set by the judgement of its certificate.
    var identity = ByteBuffer()
    /// What the handshake agreed on, set when it is complete.
    var agreement = TLSAgreement()
    /// Application traffic secrets of a TLS 1.3 handshake, until the record layer has taken them. The session wipes them.
    var clientSecret = TrafficSecret()
    var serverSecret = TrafficSecret()
    /// The peer's `close_notify` came, in TLS 1.3.
    var inputIsClosed = false
    var isSPIFFE = false
    /// The context whose session this is, which keeps it alive.
    var context: Unmanaged<TLSContextHandle>?
    /// The time given with the handshake call that is running.
    var now = WallTime(nanoseconds: 0)
    /// How long what this handshake proves will hold; `provedAt` is set when a ticket is made of it.
    var claims = TicketClaims(provedAt: WallTime(nanoseconds: 0))
    /// Records that OpenSSL wrote under the newest writing key. Counted only where tickets are given.
    var recordsWritten: UInt64 = 0
    var refusal: CertificateRefusal?
    /// Set once: the session is then unusable.
    var failure: TLSFailure?

    init() {
        unsafe input = nil
        unsafe output = nil
        unsafe context = nil
    }

    /// The state behind a session's BIO.
    static func of(_ ssl: OpaquePointer?) -> UnsafeMutablePointer<SessionState>? {
        unsafe BIO_get_data(SSL_get_rbio(ssl))?.assumingMemoryBound(to: SessionState.self)
    }

    /// Pointers are good until `revoke()`.
    mutating func lend(_ bytes: Bytes, _ sink: UnsafeMutablePointer<ByteBuffer>) {
        unsafe input = bytes.unsafeBase
        inputCount = bytes.count
        consumed = 0
        unsafe output = sink
    }

    /// - Returns: how many of the lent bytes were taken.
    mutating func revoke() -> Int {
        unsafe input = nil
        inputCount = 0
        unsafe output = nil
        return consumed
    }

    /// Takes up to `wanted` lent bytes; 0 when none are left.
    mutating func take(into room: UnsafeMutablePointer<CChar>, wanted: Int) -> Int {
        let length = min(wanted, inputCount &- consumed)
        guard length > 0, let input = unsafe input else { return 0 }
        unsafe memcpy(room, input + consumed, length)
        consumed &+= length
        return length
    }
}
