import COpenSSL
public import Substrate

/// Why a session ended badly. A plain value: making one allocates nothing.
public struct TLSFailure: Sendable, Equatable, BitwiseCopyable {
    public enum Kind: Sendable, Equatable, BitwiseCopyable {
        /// The peer broke the protocol.
        case protocolError
        case certificateRefused(CertificateRefusal)
        /// A client certificate is required and none came.
        case noClientCertificate
        /// The peer gave up with this alert (RFC 8446 §6): 42–49 and 116 mean that it refused our certificate.
        case peerAlert(UInt8)
        /// The first bytes are not TLS: plain HTTP on a TLS port is the usual cause.
        case notTLS
        /// No version, cipher, group or application protocol in common.
        case nothingInCommon
        /// The peer's input ended without `close_notify`: what came may be cut short (RFC 8446 §6.1).
        case truncated
        /// OpenSSL failed for a reason that is not the peer's.
        case library
    }

    public let kind: Kind
    /// OpenSSL's packed error, 0 when there is none: for logs, never for decisions.
    public let code: UInt

    init(_ kind: Kind, code: UInt = 0) {
        self.kind = kind
        self.code = code
    }

    /// Reads this thread's error queue after a failed call, and empties it.
    init(refusal: CertificateRefusal?) {
        // Oldest first: the first error is the cause, later ones its consequences.
        let code = ERR_peek_error()
        ERR_clear_error()
        self.code = code
        if let refusal {
            kind = .certificateRefused(refusal)
            return
        }
        let reason = ERR_GET_REASON(code)
        if code == 0 || ERR_GET_LIB(code) != ERR_LIB_SSL {
            kind = .protocolError
        } else if reason >= SSL_AD_REASON_OFFSET, reason <= SSL_AD_REASON_OFFSET + 255 {
            kind = .peerAlert(UInt8(reason - SSL_AD_REASON_OFFSET))
        } else {
            kind =
                switch reason {
                case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: .noClientCertificate
                case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_WRONG_VERSION_NUMBER: .notTLS
                case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SUITABLE_KEY_SHARE,
                    SSL_R_NO_APPLICATION_PROTOCOL, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM,
                    SSL_R_VERSION_TOO_LOW, SSL_R_NO_SUITABLE_GROUPS:
                    .nothingInCommon
                case SSL_R_LIBRARY_BUG, Int32(ERR_R_INTERNAL_ERROR), Int32(ERR_R_MALLOC_FAILURE): .library
                default: .protocolError
                }
        }
    }

    /// The cause in words, constant text.
    public var text: StaticString {
        switch kind {
        case .protocolError: "the peer broke the TLS protocol"
        case .certificateRefused: "the peer's certificate was refused"
        case .noClientCertificate: "the client sent no certificate"
        case .peerAlert(let alert): Self.text(ofAlert: alert)
        case .notTLS: "the peer does not speak TLS here"
        case .nothingInCommon: "no TLS version, cipher or application protocol in common"
        case .truncated: "the connection ended without close_notify"
        case .library: "OpenSSL failed"
        }
    }

    private static func text(ofAlert alert: UInt8) -> StaticString {
        switch alert {
        case 42, 43, 44, 46: "the peer refused our certificate"
        case 45: "the peer says that our certificate has expired"
        case 48: "the peer does not know our certificate's authority"
        case 49: "the peer denies access"
        case 70: "the peer does not speak this TLS version"
        case 112: "the peer does not serve this name"
        case 116: "the peer requires a certificate"
        case 120: "the peer does not speak our application protocol"
        default: "the peer gave up with an alert"
        }
    }

    /// Appends the cause, the certificate's fault and OpenSSL's words: at most a few hundred bytes, nothing of the
    /// peer's making.
    public func append(to buffer: inout ByteBuffer) {
        buffer.append(text)
        if case .certificateRefused(let refusal) = kind {
            buffer.append(": it ")
            buffer.append(refusal.text)
            if case .other(let verification) = refusal {
                unsafe Self.append(X509_verify_cert_error_string(Int(verification)), to: &buffer)
            }
        } else if code != 0 {
            unsafe Self.append(ERR_reason_error_string(code), to: &buffer)
        }
    }

    private static func append(_ words: UnsafePointer<CChar>?, to buffer: inout ByteBuffer) {
        guard let words = unsafe words else { return }
        buffer.append(" (")
        // OpenSSL's reason texts are constants of the library.
        let count = unsafe UnsafeBufferPointer(start: words, count: 128).firstIndex(of: 0) ?? 128
        unsafe words.withMemoryRebound(to: UInt8.self, capacity: count) {
            unsafe buffer.append(Bytes(unsafeBase: $0, count: count))
        }
        buffer.append(")")
    }
}
