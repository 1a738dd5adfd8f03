/// What protects a connection, as the log says it.
public enum TLSVersion: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case none
    case tls12
    case tls13

    /// Empty for plaintext.
    public var label: OpenText {
        switch self {
        case .none: ""
        case .tls12: "TLSv1.2"
        case .tls13: "TLSv1.3"
        }
    }
}
