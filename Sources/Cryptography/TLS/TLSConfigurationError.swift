/// A TLS context cannot be made of what configuration gave: which part, what is wrong, what would be right.
public struct TLSConfigurationError: Error, Equatable, CustomStringConvertible {
    /// The part at fault.
    public enum Role: String, Sendable {
        case certificate
        case privateKey = "private key"
        case clientAuthority = "client authority"
        case authority
        case expectedPeer = "expected peer"
        case serverName = "server name"
        case trustDomain = "trust domain"
        case protocols = "ALPN protocols"
        case context = "TLS context"
    }

    public enum Problem: Sendable, Equatable {
        case notPEM
        case malformed
        case tooLarge
        case encryptedKey
        case keyDoesNotMatchCertificate
        case expired
        case notYetValid
        case tooWeak
        case missing
        case invalid
        /// No client can ever be shown it.
        case unreachable
        /// OpenSSL refused; `detail` has its words.
        case library
    }

    public let role: Role
    public let problem: Problem
    public let detail: String
    /// Which of a listener's certificates it is about, counted from 0.
    public private(set) var certificate = 0

    init(_ role: Role, _ problem: Problem, _ detail: String) {
        self.role = role
        self.problem = problem
        self.detail = detail
    }

    /// The same, about that one.
    func of(certificate: Int) -> TLSConfigurationError {
        var error = self
        error.certificate = certificate
        return error
    }

    public var description: String {
        let summary =
            switch problem {
            case .notPEM: "is not PEM"
            case .malformed: "is malformed"
            case .tooLarge: "is too large"
            case .encryptedKey: "is encrypted"
            case .keyDoesNotMatchCertificate: "does not match the certificate"
            case .expired: "has expired"
            case .notYetValid: "is not valid yet"
            case .tooWeak: "is too weak"
            case .missing: "is missing"
            case .invalid: "is invalid"
            case .unreachable: "can never be presented"
            case .library: "was refused by OpenSSL"
            }
        return "\(role.rawValue) \(summary): \(detail)"
    }
}
