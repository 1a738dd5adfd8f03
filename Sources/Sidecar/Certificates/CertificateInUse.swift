import Cryptography
import Substrate

/// A certificate that this process presents, as its file says.
struct CertificateInUse: Sendable, Equatable {
    enum Owner: Sendable, Equatable {
        case listener(String)
        case service(String)
    }

    let owner: Owner
    /// Where it was read, as configured.
    let path: String
    let fingerprint: Digest256
    /// The time in which all of its chain is valid.
    let validFrom: WallTime
    let validUntil: WallTime

    init(owner: Owner, path: String, fingerprint: Digest256, validFrom: WallTime, validUntil: WallTime) {
        self.owner = owner
        self.path = path
        self.fingerprint = fingerprint
        self.validFrom = validFrom
        self.validUntil = validUntil
    }

    init(owner: Owner, path: String, chainPEM: [UInt8]) throws(TLSConfigurationError) {
        let summary = try CertificateSummary(certificatePEM: chainPEM)
        self.init(
            owner: owner, path: path, fingerprint: summary.fingerprint, validFrom: summary.chainValidFrom,
            validUntil: summary.chainValidUntil)
    }
}
