import COpenSSL
public import Substrate

/// SHA-256 (FIPS 180-4) over bytes as they arrive. A plain value: nothing is allocated, a copy is a branch.
public struct SHA256Hasher: Sendable {
    var state: SHA256_CTX

    public init() {
        state = SHA256_CTX()
        unsafe SHA256_Init(&state)
    }

    public mutating func update(_ bytes: Bytes) {
        guard bytes.count > 0 else { return }
        unsafe SHA256_Update(&state, bytes.unsafeBase, bytes.count)
    }

    /// The digest of everything since the start; then ready for the next message.
    public mutating func finish() -> Digest256 {
        var digest = Digest256()
        unsafe withUnsafeMutableBytes(of: &digest) { room in
            let bytes = unsafe room.assumingMemoryBound(to: UInt8.self)
            unsafe SHA256_Final(bytes.baseAddress, &state)
        }
        unsafe SHA256_Init(&state)
        return digest
    }
}
