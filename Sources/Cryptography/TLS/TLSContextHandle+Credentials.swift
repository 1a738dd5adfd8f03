import COpenSSL
import Substrate

extension TLSContextHandle {
    /// Own certificate, its chain and its key. With `now`, a certificate outside its validity is refused.
    func present(
        certificateChainPEM: [UInt8], privateKeyPEM: [UInt8], now: WallTime?
    ) throws(TLSConfigurationError) {
        try present(try Credential(chainPEM: certificateChainPEM, keyPEM: privateKeyPEM), now: now)
    }

    /// One certificate of each kind of key may be presented: OpenSSL picks by what the client understands.
    func present(_ credential: Credential, now: WallTime?) throws(TLSConfigurationError) {
        let (chain, key, leaf) = (credential.chain, credential.key, credential.leaf)
        if let now {
            guard now <= leaf.notAfter else {
                throw TLSConfigurationError(
                    .certificate, .expired,
                    "\(leaf.subject) ended at second \(leaf.notAfter.seconds) since 1970; renew it")
            }
            guard now >= leaf.notBefore else {
                throw TLSConfigurationError(
                    .certificate, .notYetValid,
                    "\(leaf.subject) starts at second \(leaf.notBefore.seconds) since 1970; check the clock")
            }
        }
        guard unsafe X509_check_private_key(leaf.pointer, key.pointer) == 1 else {
            ERR_clear_error()
            throw TLSConfigurationError(
                .privateKey, .keyDoesNotMatchCertificate,
                "it is not the key of \(leaf.subject), the first certificate of the chain")
        }
        ERR_clear_error()
        guard unsafe SSL_CTX_use_certificate(pointer, leaf.pointer) == 1 else {
            throw Self.credentialError(.certificate)
        }
        guard unsafe SSL_CTX_use_PrivateKey(pointer, key.pointer) == 1 else {
            throw Self.credentialError(.privateKey)
        }
        for certificate in chain.dropFirst() {
            guard unsafe COpenSSL_addChainCertificate(pointer, certificate.pointer) == 1 else {
                throw Self.credentialError(.certificate)
            }
        }
    }

    /// Authorities that the peer must chain to. An intermediate may be one: its issuer is then not asked for.
    func trust(authorityPEM: [UInt8], role: TLSConfigurationError.Role) throws(TLSConfigurationError) {
        let authorities = try PEM.certificates(authorityPEM, role: role)
        // Ownership: the store belongs to the SSL_CTX.
        let store = unsafe SSL_CTX_get_cert_store(pointer)
        for authority in authorities {
            // The store takes a reference of its own.
            guard unsafe X509_STORE_add_cert(store, authority.pointer) == 1 else {
                throw Self.libraryError(role)
            }
            if side == .server, unsafe SSL_CTX_add_client_CA(pointer, authority.pointer) != 1 {
                throw Self.libraryError(role)
            }
        }
        unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }

    private static func credentialError(_ role: TLSConfigurationError.Role) -> TLSConfigurationError {
        let reason = ERR_GET_REASON(ERR_peek_error())
        switch reason {
        case SSL_R_EE_KEY_TOO_SMALL, SSL_R_CA_KEY_TOO_SMALL, SSL_R_CA_MD_TOO_WEAK:
            ERR_clear_error()
            return TLSConfigurationError(role, .tooWeak, "use P-256 or RSA of 2048 bits, signed with SHA-256")
        default: return libraryError(role)
        }
    }
}
