import COpenSSL

/// Why a peer's certificate was not accepted.
public enum CertificateRefusal: Sendable, Equatable, BitwiseCopyable {
    case expired
    case notYetValid
    /// The chain does not end at a configured authority.
    case unknownAuthority
    case badSignature
    /// More than `TLSLimits.maxIntermediates` between leaf and authority.
    case chainTooLong
    /// The certificate is not made for this side of TLS, or an issuer is not an authority.
    case wrongUsage
    /// A key or a hash below 112 bits of strength.
    case tooWeak
    /// The subject alternative names cannot be read, or a URI holds a NUL.
    case malformedNames
    /// More than one URI in a SPIFFE certificate.
    case severalURINames
    /// The URI breaks the rules of `SPIFFEID`.
    case malformedSPIFFEID
    /// A SPIFFE leaf must sign and must not be an authority (X509-SVID.md §4).
    case notSPIFFELeaf
    case wrongTrustDomain
    /// A valid certificate of somebody else.
    case wrongPeer
    /// The certificate is not for the server name.
    case wrongServerName
    /// `X509_V_ERR_…` of OpenSSL.
    case other(Int32)

    init(verification code: Int32) {
        self =
            switch code {
            case X509_V_ERR_CERT_HAS_EXPIRED: .expired
            case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
            case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
                X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
                .unknownAuthority
            case X509_V_ERR_CERT_SIGNATURE_FAILURE: .badSignature
            case X509_V_ERR_CERT_CHAIN_TOO_LONG: .chainTooLong
            case X509_V_ERR_INVALID_PURPOSE, X509_V_ERR_INVALID_CA, X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
                .wrongUsage
            case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK: .tooWeak
            default: .other(code)
            }
    }

    /// A sentence's end: "the peer's certificate …".
    public var text: StaticString {
        switch self {
        case .expired: "has expired"
        case .notYetValid: "is not valid yet"
        case .unknownAuthority: "does not chain to the configured authority"
        case .badSignature: "has a bad signature in its chain"
        case .chainTooLong: "has too long a chain"
        case .wrongUsage: "is not made for this side of TLS"
        case .tooWeak: "uses a key or a hash that is too weak"
        case .malformedNames: "has unreadable alternative names"
        case .severalURINames: "has more than one URI name"
        case .malformedSPIFFEID: "has a malformed SPIFFE ID"
        case .notSPIFFELeaf: "has not the key usage of a SPIFFE leaf"
        case .wrongTrustDomain: "is of another trust domain"
        case .wrongPeer: "is not the expected peer's"
        case .wrongServerName: "is not for the server name"
        case .other: "was refused"
        }
    }
}
