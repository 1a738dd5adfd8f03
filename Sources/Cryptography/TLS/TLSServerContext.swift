import COpenSSL
public import Substrate

/// What the server side of TLS is made of: shared by all sessions of a listener, never changed. A reload makes a new
/// one; sessions keep theirs.
public final class TLSServerContext: Sendable {
    let handle: TLSContextHandle

    /// - Parameters:
    ///   - clientAuthorityPEM: authorities of client certificates; nil: none is asked for.
    ///   - requireClientCertificate: refuse clients without one. Needs `clientAuthorityPEM`.
    ///   - minimumVersion: TLS 1.3 for traffic inside a mesh.
    ///   - alpn: protocols in order of preference; a client that offers only others is refused (RFC 7301 §3.2), one
    ///     that offers none is not. Empty: ALPN is not used.
    ///   - trustDomain: when given, SPIFFE IDs of other trust domains are refused though the authority signed them.
    ///   - now: when given, an own certificate outside its validity is an error.
    public init(
        certificateChainPEM: [UInt8], privateKeyPEM: [UInt8], clientAuthorityPEM: [UInt8]?,
        requireClientCertificate: Bool, minimumVersion: TLSVersion = .tls12,
        alpn: [StaticString] = ["http/1.1"], trustDomain: String? = nil, now: WallTime? = nil
    ) throws(TLSConfigurationError) {
        handle = try TLSContextHandle(
            .server, minimumVersion: minimumVersion, protocols: alpn, trustDomain: trustDomain)
        try handle.present(
            certificateChainPEM: certificateChainPEM, privateKeyPEM: privateKeyPEM, now: now)
        if let clientAuthorityPEM {
            try handle.trust(authorityPEM: clientAuthorityPEM, role: .clientAuthority)
            handle.verifyPeer(isRequired: requireClientCertificate)
        } else if requireClientCertificate {
            throw TLSConfigurationError(
                .clientAuthority, .missing, "a required client certificate needs an authority to check it")
        }
        handle.selectProtocol()
    }
}
