import COpenSSL
public import Substrate

/// What operators are told of a certificate: the first of a PEM file, and for how long all of it holds. Configuration time only.
public struct CertificateSummary: Sendable, Equatable {
    /// RFC 2253 form, at most 1,024 bytes.
    public let subject: String
    /// Nil when none is claimed or the certificate breaks a rule of a SPIFFE leaf; `spiffeProblem` says which.
    public let spiffeID: String?
    public let spiffeProblem: CertificateRefusal?
    public let dnsNames: [String]
    public let notBefore: WallTime
    public let notAfter: WallTime
    /// The time in which every certificate of the file is valid.
    public let chainValidFrom: WallTime
    public let chainValidUntil: WallTime
    /// SHA-256 over the DER form.
    public let fingerprint: Digest256

    public init(certificatePEM: [UInt8]) throws(TLSConfigurationError) {
        let chain = try PEM.certificates(certificatePEM, role: .certificate)
        let certificate = chain[0]
        chainValidFrom = chain.reduce(certificate.notBefore) { max($0, $1.notBefore) }
        chainValidUntil = chain.reduce(certificate.notAfter) { min($0, $1.notAfter) }
        subject = certificate.subject
        notBefore = certificate.notBefore
        notAfter = certificate.notAfter
        dnsNames = unsafe PeerNames.dnsNames(certificate.pointer)
        var identity = ByteBuffer()
        switch unsafe PeerNames.read(certificate.pointer, into: &identity) {
        case .ordinary:
            spiffeID = nil
            spiffeProblem = nil
        case .spiffe:
            spiffeID = identity.bytes.text
            spiffeProblem = nil
        case .refused(let refusal):
            spiffeID = nil
            spiffeProblem = refusal
        }
        var digest = Digest256()
        unsafe withUnsafeMutableBytes(of: &digest) { room in
            let bytes = unsafe room.assumingMemoryBound(to: UInt8.self)
            unsafe X509_digest(certificate.pointer, EVP_sha256(), bytes.baseAddress, nil)
        }
        fingerprint = digest
    }

    /// Whole seconds from `now` to the end of validity; 0 when it has passed.
    public func secondsLeft(at now: WallTime) -> UInt64 {
        notAfter > now ? (notAfter.nanoseconds - now.nanoseconds) / 1_000_000_000 : 0
    }
}
