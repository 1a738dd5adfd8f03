import COpenSSL

/// Versions of TLS that are spoken. Older ones are not built in.
public enum TLSVersion: Sendable, BitwiseCopyable, Comparable {
    case tls12
    case tls13

    var wireValue: Int32 {
        switch self {
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
    }
}
