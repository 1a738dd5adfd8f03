import COpenSSL
import Substrate

/// What OpenSSL calls back during a handshake. The argument is the handle, unretained: the session in whose
/// handshake the call comes keeps it alive.
extension TLSContextHandle {
    private var argument: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

    func verifyPeer(isRequired: Bool) {
        requiresPeer = isRequired
        let required = isRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0
        unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | required, nil)
        unsafe SSL_CTX_set_cert_verify_callback(pointer, judgePeer, argument)
    }

    func selectProtocol() {
        guard !protocols.isEmpty else { return }
        unsafe SSL_CTX_set_alpn_select_cb(pointer, chooseProtocol, argument)
    }

    func offerProtocols() throws(TLSConfigurationError) {
        guard !protocols.isEmpty else { return }
        // 0 is success here, unlike everywhere else.
        guard unsafe SSL_CTX_set_alpn_protos(pointer, protocols, UInt32(protocols.count)) == 0 else {
            throw Self.libraryError(.protocols)
        }
    }

    /// What the chain's leaf must say beyond being trusted; nil when it does.
    private func objection(
        to leaf: OpaquePointer, identity: inout ByteBuffer, isSPIFFE: inout Bool
    ) -> CertificateRefusal? {
        switch unsafe PeerNames.read(leaf, into: &identity) {
        case .refused(let refusal): return refusal
        case .ordinary: isSPIFFE = false
        case .spiffe: isSPIFFE = true
        }
        if isSPIFFE, !trustDomain.isEmpty {
            guard let domain = SPIFFEID.parse(identity.bytes)?.trustDomain,
                trustDomain.withBytes({ $0.elementsEqual(identity.bytes[domain]) })
            else { return .wrongTrustDomain }
        }
        if !expectedPeer.isEmpty {
            let isExpected = isSPIFFE && expectedPeer.withBytes { $0.elementsEqual(identity.bytes) }
            return isExpected ? nil : .wrongPeer
        }
        guard side == .client else { return nil }
        return unsafe isForServerName(leaf) ? nil : .wrongServerName
    }

    /// Judges a leaf whose chain is trusted, and remembers whose it is. False, with the reason, when it is refused.
    func judge(_ leaf: OpaquePointer, _ state: UnsafeMutablePointer<SessionState>) -> Bool {
        let objection = unsafe objection(
            to: leaf, identity: &state.pointee.identity, isSPIFFE: &state.pointee.isSPIFFE)
        if let objection {
            unsafe state.pointee.refusal = objection
            return false
        }
        if unsafe !state.pointee.isSPIFFE {
            unsafe state.pointee.identity.removeAll()
            unsafe PeerNames.appendSubject(
                X509_get_subject_name(leaf), to: &state.pointee.identity, limit: TLSLimits.maxSubjectBytes)
        }
        return true
    }

    private func isForServerName(_ leaf: OpaquePointer) -> Bool {
        if serverNameIsAddress { return unsafe X509_check_ip_asc(leaf, serverName, 0) == 1 }
        // The subject's common name is not a host name (RFC 9525 §2), and `*` stands for a whole label.
        let flags = UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
        return unsafe X509_check_host(leaf, serverName, serverName.count - 1, flags, nil) == 1
    }
}

private let judgePeer: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = {
    store, argument in
    guard let argument = unsafe argument,
        let ssl = unsafe X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
        let state = unsafe SessionState.of(OpaquePointer(ssl))
    else { return 0 }
    guard unsafe X509_verify_cert(store) == 1 else {
        unsafe state.pointee.refusal = CertificateRefusal(verification: X509_STORE_CTX_get_error(store))
        return 0
    }
    let handle = unsafe Unmanaged<TLSContextHandle>.fromOpaque(argument).takeUnretainedValue()
    // Ownership: the leaf is the store context's for this call.
    guard let leaf = unsafe X509_STORE_CTX_get0_cert(store) else { return 0 }
    guard unsafe handle.judge(leaf, state) else {
        // OpenSSL turns this into the alert `handshake_failure`.
        unsafe X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION)
        return 0
    }
    // Ownership: the chain is the store context's, each certificate the chain's.
    let chain = unsafe X509_STORE_CTX_get0_chain(store)
    for index in 0..<(unsafe COpenSSL_certificateCount(chain)) {
        guard let certificate = unsafe COpenSSL_certificate(chain, index) else { continue }
        unsafe state.pointee.claims.narrow(
            from: X509Certificate.notBefore(of: certificate), until: X509Certificate.notAfter(of: certificate)
        )
    }
    return 1
}

private let chooseProtocol: SSL_CTX_alpn_select_cb_func = {
    _, out, outCount, offered, offeredCount, argument in
    guard let argument = unsafe argument else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let handle = unsafe Unmanaged<TLSContextHandle>.fromOpaque(argument).takeUnretainedValue()
    return handle.protocols.withBytes { ours in
        var chosen: UnsafeMutablePointer<UInt8>?
        let found = unsafe SSL_select_next_proto(
            &chosen, outCount, ours.unsafeBase, UInt32(ours.count), offered, offeredCount)
        guard found == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        // It points into our list, which lives as long as the handle.
        unsafe out?.pointee = UnsafePointer(chosen)
        return SSL_TLSEXT_ERR_OK
    }
}
