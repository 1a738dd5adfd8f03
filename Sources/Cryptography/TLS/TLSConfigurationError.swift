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
        /// OpenSSL refused; `detail` has its words.
        case library
    }

    public let role: Role
    public let problem: Problem
    public let detail: String

    init(_ role: Role, _ problem: Problem, _ detail: String) {
        self.role = role
        self.problem = problem
        self.detail = detail
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
            case .library: "was refused by OpenSSL"
            }
        return "\(role.rawValue) \(summary): \(detail)"
    }
}
