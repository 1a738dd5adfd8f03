import COpenSSL
import Substrate

@testable import Cryptography

/// Seals records that an honest peer never would, with OpenSSL alone: AES-128-GCM, key and nonce by hand.
@safe final class CraftedRecords {
    private let key: [UInt8]
    private let iv: [UInt8]
    private var sequence: UInt64 = 0

    init(_ secret: TrafficSecret) {
        func expand(_ label: StaticString, _ count: Int) -> [UInt8] {
            var out = [UInt8](repeating: 0, count: count)
            _ = unsafe out.withUnsafeMutableBufferPointer {
                unsafe secret.expand(label, of: .aes128GCM, into: $0)
            }
            return out
        }
        key = expand("key", 16)
        iv = expand("iv", 12)
    }

    /// The record whose inner plaintext is exactly `inner`: content, type and padding.
    func record(inner: [UInt8]) -> [UInt8] {
        let length = inner.count + 16
        let header: [UInt8] = [23, 3, 3, UInt8(length >> 8), UInt8(length & 0xFF)]
        var nonce = iv
        for index in 0..<8 {
            nonce[4 + index] ^= UInt8(truncatingIfNeeded: sequence >> (56 - 8 * UInt64(index)))
        }
        sequence += 1
        var out = [UInt8](repeating: 0, count: inner.count + 16)
        var tag = [UInt8](repeating: 0, count: 16)
        var count: Int32 = 0
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        unsafe EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nil, key, nonce)
        unsafe EVP_EncryptUpdate(context, nil, &count, header, 5)
        unsafe EVP_EncryptUpdate(context, &out, &count, inner, Int32(inner.count))
        unsafe EVP_EncryptFinal_ex(context, &out, &count)
        unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &tag)
        return header + out[..<inner.count] + tag
    }

    func record(_ content: [UInt8], _ type: UInt8, padding: Int = 0) -> [UInt8] {
        record(inner: content + [type] + [UInt8](repeating: 0, count: padding))
    }
}
