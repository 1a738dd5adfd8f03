import Substrate

/// What a context asks of its peers and shows them, as one digest: equal where a connection made with one context is as
/// good as one made with the other.
enum TLSTerms {
    /// A digest of the parts' digests, so that no byte can move from one part to the next.
    static func digest(_ parts: [[UInt8]]) -> Digest256 {
        var digests = ByteBuffer()
        for part in parts { part.withBytes { SHA256.digest($0) }.appendHex(to: &digests) }
        return SHA256.digest(digests.bytes)
    }
}

extension Digest256 {
    var bytes: [UInt8] { (0..<Self.byteCount).map { self[$0] } }
}
