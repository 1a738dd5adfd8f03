import COpenSSL
public import Substrate

/// HMAC-SHA-256 (RFC 2104) over bytes as they arrive. Nothing is allocated, from start to digest.
public struct HMACSHA256: ~Copyable {
    private var key: HMACKey
    private var running: SHA256_CTX

    /// Hashes the key's two blocks: prefer `init(_:)` with an `HMACKey` where the same secret comes again.
    public init(key: Bytes) { self.init(HMACKey(key)) }

    public init(_ key: HMACKey) {
        self.key = key
        running = key.inner
    }

    public mutating func update(_ bytes: Bytes) {
        guard bytes.count > 0 else { return }
        unsafe SHA256_Update(&running, bytes.unsafeBase, bytes.count)
    }

    /// The code of everything since the start; then ready for the next message under the same key.
    public mutating func finish() -> Digest256 {
        var digest = Digest256()
        var outer = key.outer
        unsafe withUnsafeMutableBytes(of: &digest) { room in
            let bytes = unsafe room.assumingMemoryBound(to: UInt8.self)
            unsafe SHA256_Final(bytes.baseAddress, &running)
            unsafe SHA256_Update(&outer, bytes.baseAddress, Digest256.byteCount)
            unsafe SHA256_Final(bytes.baseAddress, &outer)
        }
        reset()
        return digest
    }

    /// Forgets the bytes so far and starts again under the same key.
    public mutating func reset() { running = key.inner }
}
