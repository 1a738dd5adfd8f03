import COpenSSL
import Glibc
import Substrate

/// A certificate with its key. Any failure of OpenSSL here is a fault of the test kit and traps.
@safe final class IssuedCertificate {
    private let certificate: OpaquePointer
    private let key: OpaquePointer

    init(_ leaf: TestAuthority.Leaf, issuer: IssuedCertificate?) {
        unsafe key = leaf.isRSA ? Self.makeRSAKey() : Self.makeKey()
        unsafe certificate = X509_new()
        unsafe check(X509_set_version(certificate, 2))
        let serial = unsafe X509_get_serialNumber(certificate)
        // OpenSSL's own source, so that a run that repeats it repeats the certificates too.
        var number = [UInt8](repeating: 0, count: 8)
        unsafe check(RAND_bytes(&number, 8))
        let bits = number.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        unsafe check(ASN1_INTEGER_set_uint64(serial, bits >> 2 | 1))
        unsafe check(X509_set_pubkey(certificate, key))
        unsafe ASN1_TIME_set(X509_getm_notBefore(certificate), Int(leaf.notBefore.seconds))
        unsafe ASN1_TIME_set(X509_getm_notAfter(certificate), Int(leaf.notAfter.seconds))
        let name = unsafe X509_get_subject_name(certificate)
        let common = Array(leaf.commonName.utf8)
        unsafe check(
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, common, Int32(common.count), -1, 0))
        unsafe check(X509_set_issuer_name(certificate, issuer.map { unsafe $0.subject } ?? name))
        addExtension(
            NID_basic_constraints, leaf.isAuthority ? "critical,CA:TRUE" : "critical,CA:FALSE", issuer)
        if let usage = leaf.keyUsage { addExtension(NID_key_usage, usage, issuer) }
        if let usage = leaf.extendedKeyUsage { addExtension(NID_ext_key_usage, usage, issuer) }
        addExtension(NID_subject_key_identifier, "hash", issuer)
        addExtension(NID_authority_key_identifier, "keyid:always", issuer)
        addNames(leaf)
        let signer = unsafe issuer.map { unsafe $0.key } ?? key
        unsafe check(X509_sign(certificate, signer, EVP_sha256()))
    }

    deinit {
        unsafe X509_free(certificate)
        unsafe EVP_PKEY_free(key)
    }

    private var subject: OpaquePointer? { unsafe X509_get_subject_name(certificate) }

    var certificatePEM: [UInt8] {
        unsafe Self.text { bio in unsafe check(PEM_write_bio_X509(bio, certificate)) }
    }

    var keyPEM: [UInt8] {
        unsafe Self.text { bio in unsafe check(PEM_write_bio_PrivateKey(bio, key, nil, nil, 0, nil, nil)) }
    }

    private static func makeKey() -> OpaquePointer {
        let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        unsafe check(EVP_PKEY_keygen_init(context))
        unsafe check(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1))
        var key: OpaquePointer?
        unsafe check(EVP_PKEY_generate(context, &key))
        return unsafe key!
    }

    private static func makeRSAKey() -> OpaquePointer {
        let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        unsafe check(EVP_PKEY_keygen_init(context))
        unsafe check(EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048))
        var key: OpaquePointer?
        unsafe check(EVP_PKEY_generate(context, &key))
        return unsafe key!
    }

    private func addExtension(_ identifier: Int32, _ value: String, _ issuer: IssuedCertificate?) {
        var context = unsafe X509V3_CTX()
        let issuing = unsafe issuer.map { unsafe $0.certificate } ?? certificate
        unsafe X509V3_set_ctx(&context, issuing, certificate, nil, nil, 0)
        guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, identifier, value) else {
            fatalError("the test kit writes extensions that OpenSSL reads")
        }
        unsafe check(X509_add_ext(certificate, made, -1))
        unsafe X509_EXTENSION_free(made)
    }

    /// Built by hand: OpenSSL's configuration text cannot hold a NUL.
    private func addNames(_ leaf: TestAuthority.Leaf) {
        guard !leaf.uris.isEmpty || !leaf.dnsNames.isEmpty else { return }
        guard let names = unsafe GENERAL_NAMES_new() else { fatalError("out of memory") }
        defer { unsafe GENERAL_NAMES_free(names) }
        let all = leaf.uris.map { (GEN_URI, $0) } + leaf.dnsNames.map { (GEN_DNS, Array($0.utf8)) }
        for (type, bytes) in all {
            let text = unsafe ASN1_IA5STRING_new()
            unsafe check(ASN1_STRING_set(text, bytes, Int32(bytes.count)))
            guard let name = unsafe GENERAL_NAME_new() else { fatalError("out of memory") }
            // Ownership: the name takes the text, the stack takes the name.
            unsafe GENERAL_NAME_set0_value(name, type, text)
            unsafe check(COpenSSL_pushName(names, name))
        }
        unsafe check(
            X509_add1_ext_i2d(certificate, NID_subject_alt_name, UnsafeMutableRawPointer(names), 0, 0))
    }

    private static func text(_ write: (OpaquePointer?) -> Void) -> [UInt8] {
        let bio = unsafe BIO_new(BIO_s_mem())
        defer { unsafe BIO_free(bio) }
        unsafe write(bio)
        var bytes = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(bio))
        unsafe check(BIO_read(bio, &bytes, Int32(bytes.count)))
        return bytes
    }
}

private func check(_ result: Int32) {
    precondition(result > 0, "the test kit asks OpenSSL for what it can do")
}
