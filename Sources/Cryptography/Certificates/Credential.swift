import COpenSSL

/// A certificate, its chain and its key, as read from configuration. Configuration time only.
struct Credential {
    let chain: [X509Certificate]
    let key: PrivateKey

    init(chainPEM: [UInt8], keyPEM: [UInt8]) throws(TLSConfigurationError) {
        chain = try PEM.certificates(chainPEM, role: .certificate)
        key = try PEM.privateKey(keyPEM, role: .privateKey)
    }

    var leaf: X509Certificate { chain[0] }

    /// DNS names that it may be presented for, in lower case. The subject's common name is none (RFC 9525 §2).
    var names: [String] { unsafe PeerNames.dnsNames(leaf.pointer).map { $0.lowercased() } }

    /// Kind of the key: `EVP_PKEY_RSA`, `EVP_PKEY_EC`, ….
    var kind: Int32 { unsafe EVP_PKEY_get_base_id(key.pointer) }
}
