import COpenSSL
public import Substrate

/// A secret ready for HMAC-SHA-256 (RFC 2104): both key blocks are hashed once, when configuration is read, not per
/// message. As secret as the key itself: never printed, never logged.
public struct HMACKey: Sendable {
    // Hash states after the block K ⊕ ipad, and after K ⊕ opad.
    let inner: SHA256_CTX
    let outer: SHA256_CTX

    /// Any length: RFC 2104 hashes a key longer than the 64-byte block.
    public init(_ key: Bytes) {
        var block = KeyBlock()
        unsafe withUnsafeMutableBytes(of: &block) { room in
            if key.count > room.count {
                let digest = SHA256.digest(key)
                unsafe withUnsafeBytes(of: digest) { unsafe room.copyMemory(from: $0) }
            } else if key.count > 0 {
                unsafe room.copyMemory(from: UnsafeRawBufferPointer(start: key.unsafeBase, count: key.count))
            }
        }
        inner = block.hashed(with: 0x3636_3636_3636_3636)
        outer = block.hashed(with: 0x5C5C_5C5C_5C5C_5C5C)
        unsafe OPENSSL_cleanse(&block, MemoryLayout<KeyBlock>.size)
    }
}

/// One SHA-256 input block with the key in front and zeros behind.
private struct KeyBlock {
    var words: SIMD8<UInt64> = .zero

    func hashed(with pad: UInt64) -> SHA256_CTX {
        var padded = words ^ SIMD8(repeating: pad)
        var state = SHA256_CTX()
        unsafe SHA256_Init(&state)
        unsafe SHA256_Update(&state, &padded, MemoryLayout.size(ofValue: padded))
        unsafe OPENSSL_cleanse(&padded, MemoryLayout.size(ofValue: padded))
        return state
    }
}
