public import Substrate

/// SHA-256 (FIPS 180-4) in one call.
public enum SHA256 {
    public static func digest(_ bytes: Bytes) -> Digest256 {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.finish()
    }
}
