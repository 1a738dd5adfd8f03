import COpenSSL
public import Substrate

/// What the server side of TLS is made of: shared by all sessions of a listener, never changed. A reload makes a new
/// one; sessions keep theirs.
///
/// With tickets, a session may be resumed where the context is of equal terms: the same certificates to present, the
/// same authorities, requirement, trust domain and versions, on any worker and after any reload. The certificate that
/// the client proved once is judged again, at the time of the resumption, and stands for the whole life of its ticket
/// and no longer. What has ended means a whole handshake, never a refusal.
public final class TLSServerContext: Sendable {
    let handle: TLSContextHandle

    /// - Parameters:
    ///   - certificates: which to present is chosen by the server name that the client asks for; the first where none
    ///     has it. One to `TLSLimits.maxCertificates`, each of which must be reachable.
    ///   - clientAuthorityPEM: authorities of client certificates; nil: none is asked for.
    ///   - requireClientCertificate: refuse clients without one. Needs `clientAuthorityPEM`.
    ///   - minimumVersion: TLS 1.3 for traffic inside a mesh.
    ///   - alpn: protocols in order of preference; a client that offers only others is refused (RFC 7301 §3.2), one
    ///     that offers none is not. Empty: ALPN is not used.
    ///   - trustDomain: when given, SPIFFE IDs of other trust domains are refused though the authority signed them.
    ///   - tickets: keys of session tickets. Nil: none are given and none are taken.
    ///   - now: when given, an own certificate outside its validity is an error.
    public init(
        certificates: [ServerCertificate], clientAuthorityPEM: [UInt8]?, requireClientCertificate: Bool,
        minimumVersion: TLSVersion = .tls12, alpn: [StaticString] = ["http/1.1"], trustDomain: String? = nil,
        tickets: TicketKeys? = nil, now: WallTime? = nil
    ) throws(TLSConfigurationError) {
        guard (1...TLSLimits.maxCertificates).contains(certificates.count) else {
            throw TLSConfigurationError(
                .certificate, certificates.isEmpty ? .missing : .tooLarge,
                "a listener has 1 to \(TLSLimits.maxCertificates) certificates")
        }
        var credentials: [Credential] = []
        for certificate in certificates {
            do throws(TLSConfigurationError) {
                credentials.append(
                    try Credential(chainPEM: certificate.chainPEM, keyPEM: certificate.keyPEM))
            } catch {
                throw error.of(certificate: credentials.count)
            }
        }
        let names = CertificateNames(credentials.map { .init(names: $0.names, kind: $0.kind) })
        if let lost = names.unreachable(of: credentials.count).first {
            throw TLSConfigurationError(
                .certificate, .unreachable,
                credentials[lost].names.isEmpty
                    ? "it has no DNS name, so that no client can ask for it; only the first may have none"
                    : "earlier certificates with the same kind of key have all of its names: leave it out"
            ).of(certificate: lost)
        }
        if requireClientCertificate, clientAuthorityPEM == nil {
            throw TLSConfigurationError(
                .clientAuthority, .missing, "a required client certificate needs an authority to check it")
        }
        let terms = TLSTerms.digest([
            TLSTerms.digest(certificates.map(\.chainPEM)).bytes, clientAuthorityPEM ?? [],
            [clientAuthorityPEM == nil ? 0 : 1, requireClientCertificate ? 1 : 0],
            [minimumVersion == .tls13 ? 1 : 0], Array((trustDomain ?? "").utf8),
            [trustDomain == nil ? 0 : 1],
        ])
        var handles: [TLSContextHandle] = []
        for set in names.sets {
            let handle = try TLSContextHandle(
                .server, minimumVersion: minimumVersion, protocols: alpn, trustDomain: trustDomain,
                tickets: tickets)
            for index in set {
                do throws(TLSConfigurationError) {
                    try handle.present(credentials[index], now: now)
                } catch {
                    throw error.of(certificate: index)
                }
            }
            if let clientAuthorityPEM {
                try handle.trust(authorityPEM: clientAuthorityPEM, role: .clientAuthority)
                handle.verifyPeer(isRequired: requireClientCertificate)
            }
            handle.selectProtocol()
            if tickets != nil { try handle.giveTickets(terms: terms) }
            handles.append(handle)
        }
        handle = handles[0]
        if handles.count > 1 { handle.select(by: names, among: Array(handles.dropFirst())) }
    }

    /// With one certificate.
    public convenience init(
        certificateChainPEM: [UInt8], privateKeyPEM: [UInt8], clientAuthorityPEM: [UInt8]?,
        requireClientCertificate: Bool, minimumVersion: TLSVersion = .tls12,
        alpn: [StaticString] = ["http/1.1"], trustDomain: String? = nil, tickets: TicketKeys? = nil,
        now: WallTime? = nil
    ) throws(TLSConfigurationError) {
        try self.init(
            certificates: [ServerCertificate(chainPEM: certificateChainPEM, keyPEM: privateKeyPEM)],
            clientAuthorityPEM: clientAuthorityPEM, requireClientCertificate: requireClientCertificate,
            minimumVersion: minimumVersion, alpn: alpn, trustDomain: trustDomain, tickets: tickets, now: now)
    }
}
