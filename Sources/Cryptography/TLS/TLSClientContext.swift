import COpenSSL
public import Substrate

/// What the client side of TLS is made of: shared by all connections to a service, never changed.
public final class TLSClientContext: Sendable {
    let handle: TLSContextHandle
    /// Equal where two contexts present the same certificate and ask the same of a server: then a connection made with
    /// one is as good as a connection made with the other.
    public let terms: Digest256

    /// - Parameters:
    ///   - authorityPEM: authorities that the server's certificate must chain to.
    ///   - certificateChainPEM: own certificate, presented when asked; with `privateKeyPEM` or not at all.
    ///   - expectedPeer: SPIFFE ID that the server must prove, byte for byte. Nil: `serverName` is checked instead.
    ///   - serverName: sent as SNI (unless an IP address). One of both must be given: any certificate of an authority
    ///     is nobody's proof.
    ///   - alpn: protocols in order of preference. Empty: none is offered.
    ///   - now: when given, an own certificate outside its validity is an error.
    public init(
        authorityPEM: [UInt8], certificateChainPEM: [UInt8]?, privateKeyPEM: [UInt8]?, expectedPeer: String?,
        serverName: String?, minimumVersion: TLSVersion = .tls12, alpn: [StaticString] = ["http/1.1"],
        now: WallTime? = nil
    ) throws(TLSConfigurationError) {
        guard expectedPeer != nil || serverName != nil else {
            throw TLSConfigurationError(
                .expectedPeer, .missing, "name the peer's SPIFFE ID, or a server name to check instead")
        }
        terms = TLSTerms.digest(
            [
                authorityPEM, certificateChainPEM ?? [], Array((expectedPeer ?? "").utf8),
                Array((serverName ?? "").utf8), [minimumVersion == .tls13 ? 1 : 0],
            ] + alpn.map { Bytes($0).array })
        handle = try TLSContextHandle(
            .client, minimumVersion: minimumVersion, protocols: alpn, expectedPeer: expectedPeer,
            serverName: serverName)
        try handle.trust(authorityPEM: authorityPEM, role: .authority)
        switch (certificateChainPEM, privateKeyPEM) {
        case (let chain?, let key?):
            try handle.present(certificateChainPEM: chain, privateKeyPEM: key, now: now)
        case (_?, nil):
            throw TLSConfigurationError(.privateKey, .missing, "a certificate needs its key")
        case (nil, _?):
            throw TLSConfigurationError(.certificate, .missing, "a key needs its certificate")
        case (nil, nil): break
        }
        handle.verifyPeer(isRequired: true)
        try handle.offerProtocols()
    }
}
