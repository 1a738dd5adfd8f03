/// What is known of one host, one wildcard, or of every other host.
struct HostRecord: BitwiseCopyable {
    /// Best rank of any match below, `.max` without one.
    var bestRank = UInt32.max
    /// Root of its path nodes, or -1.
    var root: Int32 = -1
    /// Tenant that owns it, or -1.
    var owner: Int32 = -1
    /// Whether any path is matched whole.
    var hasExactPaths = false
}
