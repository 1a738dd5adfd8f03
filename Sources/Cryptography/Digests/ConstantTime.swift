import COpenSSL
public import Substrate

/// Equality that takes the same time wherever the first difference is. The lengths are not secret.
public func constantTimeEqual(_ left: Bytes, _ right: Bytes) -> Bool {
    guard left.count == right.count else { return false }
    guard left.count > 0 else { return true }
    return unsafe CRYPTO_memcmp(left.unsafeBase, right.unsafeBase, left.count) == 0
}
