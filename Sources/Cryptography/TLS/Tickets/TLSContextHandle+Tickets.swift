import COpenSSL
import Substrate

/// Session tickets of the server side. OpenSSL reads and writes them; keys, and what one is still worth, are ours.
extension TLSContextHandle {
    /// - Parameter terms: digest of all that a session's trust rests on. OpenSSL resumes none with another one.
    func giveTickets(terms: Digest256) throws(TLSConfigurationError) {
        var words = terms.words
        let isBound = unsafe withUnsafeBytes(of: &words) { bytes in
            unsafe SSL_CTX_set_session_id_context(
                pointer, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, UInt32(bytes.count)) == 1
        }
        guard isBound else { throw Self.libraryError(.context) }
        unsafe SSL_CTX_clear_options(pointer, COpenSSL_noTicket)
        guard unsafe SSL_CTX_set_num_tickets(pointer, TLSLimits.ticketsPerHandshake) == 1,
            unsafe SSL_CTX_set_max_early_data(pointer, 0) == 1
        else { throw Self.libraryError(.context) }
        unsafe SSL_CTX_set_timeout(pointer, Int(TLSLimits.ticketLifetimeSeconds))
        unsafe SSL_CTX_set_tlsext_ticket_key_evp_cb(pointer, chooseTicketKey)
        unsafe SSL_CTX_set_session_ticket_cb(pointer, writeClaims, judgeTicket, nil)
        unsafe SSL_CTX_set_msg_callback(pointer, countRecord)
    }

    /// Whether a session that a ticket brought may go on at `now`.
    fileprivate func accepts(_ session: OpaquePointer, at now: WallTime) -> Bool {
        var data: UnsafeMutableRawPointer?
        var count = 0
        guard unsafe SSL_SESSION_get0_ticket_appdata(session, &data, &count) == 1 else { return false }
        // The session lends them for this call.
        let bytes = unsafe Bytes(
            unsafeBase: UnsafePointer(data?.assumingMemoryBound(to: UInt8.self)), count: count)
        guard let claims = TicketClaims(bytes), claims.allowResumption(at: now) else { return false }
        // OpenSSL binds sessions to the terms; that nobody comes in without a certificate is too dear to rest on one check.
        return unsafe !requiresPeer || SSL_SESSION_get0_peer(session) != nil
    }

    /// Takes over what the certificate of a resumed session proves, by the rules of a whole handshake. False when they
    /// refuse it.
    func restoreIdentity(of ssl: OpaquePointer, in state: UnsafeMutablePointer<SessionState>) -> Bool {
        guard let session = unsafe SSL_get_session(ssl), unsafe accepts(session, at: state.pointee.now) else {
            return false
        }
        // The session lends it.
        guard let leaf = unsafe SSL_SESSION_get0_peer(session) else { return true }
        return unsafe judge(leaf, state)
    }
}

private let chooseTicketKey:
    @convention(c) (
        OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, OpaquePointer?,
        OpaquePointer?, Int32
    ) -> Int32 = { ssl, name, iv, cipher, mac, isSealing in
        guard let state = unsafe SessionState.of(ssl), let name = unsafe name, let iv = unsafe iv,
            let keys = unsafe state.pointee.context?.takeUnretainedValue().tickets
        else { return -1 }
        let now = unsafe state.pointee.now
        let parts = unsafe TicketParts(name: name, iv: iv, cipher: cipher, mac: mac)
        if isSealing == 1 {
            return keys.seal(parts, now: now) ? 1 : -1
        }
        return switch keys.open(parts, now: now) {
        case .current: 1
        case .previous: 2
        case .unknown: 0
        case .failed: -1
        }
    }

/// A ticket is about to be made.
private let writeClaims: SSL_CTX_generate_session_ticket_fn = { ssl, _ in
    guard let ssl = unsafe ssl, let state = unsafe SessionState.of(ssl) else { return 0 }
    // A resumed session's claims came with it, and stay.
    if unsafe SSL_session_reused(ssl) == 1 { return 1 }
    var claims = unsafe state.pointee.claims
    claims.provedAt = unsafe state.pointee.now
    let bytes = claims.bytes
    return unsafe SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), bytes, bytes.count)
}

/// A ticket was understood, or was not.
private let judgeTicket: SSL_CTX_decrypt_session_ticket_fn = { ssl, session, _, _, status, _ in
    guard status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW else {
        return SSL_TICKET_RETURN_IGNORE_RENEW
    }
    guard let ssl = unsafe ssl, let session = unsafe session, let state = unsafe SessionState.of(ssl),
        let context = unsafe state.pointee.context?.takeUnretainedValue(),
        unsafe context.accepts(session, at: state.pointee.now)
    else { return SSL_TICKET_RETURN_IGNORE_RENEW }
    // Clients of TLS 1.3 use a ticket once (RFC 8446 §C.4) and need another.
    let needsNew = unsafe SSL_version(ssl) == TLS1_3_VERSION || status == SSL_TICKET_SUCCESS_RENEW
    return needsNew ? SSL_TICKET_RETURN_USE_RENEW : SSL_TICKET_RETURN_USE
}

/// Counts the protected records that OpenSSL writes: it is told of each one's inner type.
private let countRecord:
    @convention(c) (
        Int32, Int32, Int32, UnsafeRawPointer?, Int, OpaquePointer?, UnsafeMutableRawPointer?
    ) -> Void = { isWritten, _, type, _, _, ssl, _ in
        guard isWritten == 1, type == SSL3_RT_INNER_CONTENT_TYPE, let state = unsafe SessionState.of(ssl)
        else { return }
        unsafe state.pointee.recordsWritten &+= 1
    }
