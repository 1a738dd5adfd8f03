import COpenSSL
import Substrate

/// Reads PEM (RFC 7468) of configuration.
enum PEM {
    /// The longest file taken: a bundle of every public authority is about 220 KiB.
    static let maxBytes = 1 << 20

    /// All certificates in order. Other blocks between them are skipped.
    static func certificates(
        _ pem: [UInt8], role: TLSConfigurationError.Role
    ) throws(TLSConfigurationError) -> [X509Certificate] {
        let source = try PEMSource(pem, role: role)
        var found: [X509Certificate] = []
        while true {
            ERR_clear_error()
            if let certificate = unsafe PEM_read_bio_X509(source.bio, nil, refusePassphrase, nil) {
                unsafe found.append(X509Certificate(owning: certificate))
                continue
            }
            let code = ERR_peek_last_error()
            ERR_clear_error()
            let isEnd = ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE
            guard isEnd else {
                throw TLSConfigurationError(
                    role, .malformed, "certificate \(found.count + 1) in it is damaged")
            }
            guard !found.isEmpty else {
                throw TLSConfigurationError(
                    role, .notPEM,
                    "it holds no -----BEGIN CERTIFICATE----- block; convert DER with openssl x509")
            }
            return found
        }
    }

    /// The first private key.
    static func privateKey(
        _ pem: [UInt8], role: TLSConfigurationError.Role
    ) throws(TLSConfigurationError) -> PrivateKey {
        let source = try PEMSource(pem, role: role)
        var askedForPassphrase = false
        ERR_clear_error()
        let key = unsafe withUnsafeMutablePointer(to: &askedForPassphrase) { asked in
            unsafe PEM_read_bio_PrivateKey(source.bio, nil, refusePassphrase, asked)
        }
        if let key = unsafe key { return unsafe PrivateKey(owning: key) }
        ERR_clear_error()
        if askedForPassphrase {
            throw TLSConfigurationError(role, .encryptedKey, "give a key without a passphrase")
        }
        throw holdsKey(pem)
            ? TLSConfigurationError(role, .malformed, "the key in it is damaged or of an unknown kind")
            : TLSConfigurationError(role, .notPEM, "it holds no -----BEGIN PRIVATE KEY----- block")
    }

    /// OpenSSL's decoders try every form and leave no error that tells a missing key from a damaged one.
    private static func holdsKey(_ pem: [UInt8]) -> Bool {
        pem.withBytes { text in
            var line = text.firstIndex(of: ASCII.dash)
            while let start = line {
                let rest = text.dropFirst(start)
                let end = rest.firstIndex(of: ASCII.lineFeed) ?? rest.count
                if rest.hasPrefix("-----BEGIN "),
                    trimmingCarriageReturn(rest.prefix(end)).hasSuffix(Bytes("PRIVATE KEY-----"))
                {
                    return true
                }
                line = text.firstIndex(of: ASCII.dash, from: start + end)
            }
            return false
        }
    }
}

private func trimmingCarriageReturn(_ line: Bytes) -> Bytes {
    line.count > 0 && line[line.count - 1] == ASCII.carriageReturn ? line.prefix(line.count - 1) : line
}

/// Never asks a terminal; says through the argument that it was called.
private let refusePassphrase:
    @convention(c) (
        UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?
    ) -> Int32 = { _, _, _, asked in
        unsafe asked?.assumingMemoryBound(to: Bool.self).pointee = true
        return -1
    }

/// Owns a copy of the text and the `BIO` that reads it.
@safe private final class PEMSource {
    let bio: OpaquePointer

    init(_ pem: [UInt8], role: TLSConfigurationError.Role) throws(TLSConfigurationError) {
        guard !pem.isEmpty else { throw TLSConfigurationError(role, .notPEM, "it is empty") }
        guard pem.count <= PEM.maxBytes else {
            throw TLSConfigurationError(role, .tooLarge, "at most \(PEM.maxBytes) bytes are read")
        }
        guard let bio = unsafe BIO_new(BIO_s_mem()) else {
            throw TLSConfigurationError(role, .library, "out of memory")
        }
        unsafe self.bio = bio
        let written = unsafe pem.withUnsafeBytes { unsafe BIO_write(bio, $0.baseAddress, Int32($0.count)) }
        guard written == pem.count else { throw TLSConfigurationError(role, .library, "out of memory") }
    }

    deinit { unsafe BIO_free(bio) }
}

/// Owns one reference on an `EVP_PKEY`.
@safe final class PrivateKey {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe EVP_PKEY_free(pointer) }
}
