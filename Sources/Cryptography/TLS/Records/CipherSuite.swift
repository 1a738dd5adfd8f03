import COpenSSL

/// The cipher suites of TLS 1.3 that we offer (RFC 8446 §B.4): all with 16-byte tags and 12-byte nonces.
enum CipherSuite: UInt16 {
    case aes128GCM = 0x1301
    case aes256GCM = 0x1302
    case chacha20Poly1305 = 0x1303

    var keyBytes: Int { self == .aes128GCM ? 16 : 32 }

    /// What the key schedule hashes with.
    var hash: OpaquePointer? { unsafe self == .aes256GCM ? EVP_sha384() : EVP_sha256() }

    /// Bytes of that hash, and so of a traffic secret.
    var hashBytes: Int { self == .aes256GCM ? 48 : 32 }

    var cipher: OpaquePointer? {
        switch self {
        case .aes128GCM: unsafe Self.aes128
        case .aes256GCM: unsafe Self.aes256
        case .chacha20Poly1305: unsafe Self.chacha
        }
    }

    // Looked up once: OpenSSL searches its providers by name each time.
    // Any thread: set before the first use, never changed, never freed.
    nonisolated(unsafe) private static let aes128 = unsafe EVP_CIPHER_fetch(nil, "AES-128-GCM", nil)
    // Any thread, likewise.
    nonisolated(unsafe) private static let aes256 = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
    // Any thread, likewise.
    nonisolated(unsafe) private static let chacha = unsafe EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil)
}
