import COpenSSL
import Substrate

/// What a leaf certificate says about whose it is.
enum PeerNames {
    enum Verdict {
        /// No SPIFFE ID is claimed.
        case ordinary
        /// Valid; copied to the room that was given.
        case spiffe
        case refused(CertificateRefusal)
    }

    /// Applies the rules of a SPIFFE leaf (X509-SVID.md §4, §5.2) and copies the ID behind `identity`.
    ///
    /// A leaf whose URIs are of other schemes is ordinary: it proves no SPIFFE ID and is refused where one is asked
    /// for. One claim of the scheme makes every rule apply.
    static func read(_ leaf: OpaquePointer, into identity: inout ByteBuffer) -> Verdict {
        var critical: Int32 = 0
        guard let found = unsafe X509_get_ext_d2i(leaf, NID_subject_alt_name, &critical, nil) else {
            // −1: there is none. −2: more than one. Otherwise there is one that does not parse.
            return critical == -1 ? .ordinary : .refused(.malformedNames)
        }
        let names = OpaquePointer(found)
        defer { unsafe GENERAL_NAMES_free(names) }
        var uris = 0
        var isClaimed = false
        var index: Int32 = 0
        let count = unsafe COpenSSL_nameCount(names)
        while index < count {
            if let uri = unsafe text(of: COpenSSL_name(names, index), type: GEN_URI) {
                guard uri.firstIndex(of: 0) == nil else { return .refused(.malformedNames) }
                uris += 1
                if SPIFFEID.isClaimed(by: uri) {
                    isClaimed = true
                    identity.removeAll()
                    identity.append(uri.prefix(SPIFFEID.maxBytes + 1))
                }
            }
            index += 1
        }
        guard isClaimed else { return .ordinary }
        guard uris == 1 else { return .refused(.severalURINames) }
        guard SPIFFEID.isValid(identity.bytes) else { return .refused(.malformedSPIFFEID) }
        return unsafe isSPIFFELeaf(leaf) ? .spiffe : .refused(.notSPIFFELeaf)
    }

    /// The DNS names, for `/config`.
    static func dnsNames(_ leaf: OpaquePointer) -> [String] {
        guard let found = unsafe X509_get_ext_d2i(leaf, NID_subject_alt_name, nil, nil) else { return [] }
        let names = OpaquePointer(found)
        defer { unsafe GENERAL_NAMES_free(names) }
        return (0..<(unsafe COpenSSL_nameCount(names))).compactMap { index in
            unsafe text(of: COpenSSL_name(names, index), type: GEN_DNS)?.text
        }
    }

    /// One line in the form of RFC 2253, cut at `limit` bytes.
    static func appendSubject(_ name: OpaquePointer?, to buffer: inout ByteBuffer, limit: Int) {
        guard let name = unsafe name, let bio = unsafe BIO_new(BIO_s_mem()) else { return }
        defer { unsafe BIO_free(bio) }
        guard unsafe X509_NAME_print_ex(bio, name, 0, COpenSSL_subjectFormat) >= 0 else { return }
        let room = unsafe buffer.unsafeSpare(minimum: limit)
        let count = unsafe BIO_read(bio, room.baseAddress, Int32(limit))
        if count > 0 { buffer.commit(Int(count)) }
    }

    /// The bytes of a name of `type`, lent by it; nil when it is of another type.
    private static func text(of name: UnsafeMutablePointer<GENERAL_NAME>?, type: Int32) -> Bytes? {
        guard let name = unsafe name else { return nil }
        var actual: Int32 = 0
        guard let value = unsafe GENERAL_NAME_get0_value(name, &actual), actual == type else { return nil }
        let string = unsafe value.assumingMemoryBound(to: ASN1_STRING.self)
        return unsafe Bytes(
            unsafeBase: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string)))
    }

    /// X509-SVID.md §4: not an authority, key usage critical with `digitalSignature` and without certificate or CRL
    /// signing, extended key usage (where present) for both sides.
    private static func isSPIFFELeaf(_ leaf: OpaquePointer) -> Bool {
        let flags = unsafe X509_get_extension_flags(leaf)
        guard flags & UInt32(EXFLAG_CA) == 0, flags & UInt32(EXFLAG_KUSAGE) != 0 else { return false }
        let position = unsafe X509_get_ext_by_NID(leaf, NID_key_usage, -1)
        guard position >= 0, unsafe X509_EXTENSION_get_critical(X509_get_ext(leaf, position)) == 1 else {
            return false
        }
        let usage = unsafe X509_get_key_usage(leaf)
        guard usage & UInt32(KU_DIGITAL_SIGNATURE) != 0,
            usage & UInt32(KU_KEY_CERT_SIGN | KU_CRL_SIGN) == 0
        else { return false }
        guard flags & UInt32(EXFLAG_XKUSAGE) != 0 else { return true }
        let both = UInt32(XKU_SSL_SERVER | XKU_SSL_CLIENT)
        return unsafe X509_get_extended_key_usage(leaf) & both == both
    }
}
