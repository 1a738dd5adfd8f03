/// Bounds of single values.
public enum ConfigurationLimits {
    /// Longest timeout.
    public static let maxTimeout = TimeSpan(nanoseconds: 86_400_000_000_000)
    /// Relative share of a backend or an endpoint.
    public static let weights = 1...1_000
    /// Proxies in front of an edge; each costs one entry of `X-Forwarded-For`.
    public static let trustedHops = 0...32
    /// Idle connections kept for one endpoint by one worker; 0 turns pooling off.
    public static let maxIdleConnections = 0...65_536
    /// Most bytes that a listener's `minimumProgress` may ask of a client in a window.
    public static let maxProgressBytes: UInt64 = 1 << 20
    public static let orders = -1_000_000...1_000_000
    /// Longest resource name, as a DNS label (RFC 1123 §2.1).
    public static let maxNameBytes = 63
    /// Longest host name (RFC 1035 §2.3.4, in text).
    public static let maxHostBytes = 253
    /// Longest path of a match: a longer request target is refused before routing.
    public static let maxPathBytes = 8_192
    /// Certificates of one listener.
    public static let listenerCertificates = 1...64
    /// Most conditions of an access log: each is there once, and a few of `slow`.
    public static let maxLogConditions = 16
    /// Most labels of a resource.
    public static let maxLabels = 64
}
