import COpenSSL
import Substrate

/// One direction's protection of records (RFC 8446 §5.2, §5.3): an AEAD key, and a nonce that no record shares.
///
/// The cipher itself is OpenSSL's. A nonce is used once because the sequence number behind it only ever moves on, and
/// starts again only with a new key.
@safe struct RecordCipher: ~Copyable {
    static var headerBytes: Int { 5 }
    static var tagBytes: Int { 16 }
    private static var nonceBytes: Int { 12 }

    private let context: OpaquePointer
    private let isSealing: Bool
    // 12 bytes: the first four of the IV, then the rest of it mixed with the sequence number.
    private let nonce: UnsafeMutablePointer<UInt8>
    private var mask: UInt64 = 0
    /// Records under this key so far.
    private(set) var sequence: UInt64 = 0

    /// Nil when OpenSSL fails.
    /// - Parameter sequence: records that somebody else has protected with this key before.
    static func make(
        _ secret: TrafficSecret, of suite: CipherSuite, isSealing: Bool, sequence: UInt64 = 0
    ) -> RecordCipher? {
        guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
        var cipher = unsafe RecordCipher(context: context, isSealing: isSealing)
        guard cipher.setKey(secret, of: suite) else { return nil }
        cipher.sequence = sequence
        return cipher
    }

    private init(context: OpaquePointer, isSealing: Bool) {
        unsafe self.context = context
        self.isSealing = isSealing
        unsafe nonce = .allocate(capacity: Self.nonceBytes)
        unsafe nonce.initialize(repeating: 0, count: Self.nonceBytes)
    }

    deinit {
        // Frees and wipes the key.
        unsafe EVP_CIPHER_CTX_free(context)
        unsafe OPENSSL_cleanse(nonce, Self.nonceBytes)
        unsafe nonce.deallocate()
    }

    /// Takes the keys of `secret` (RFC 8446 §7.3) and starts to count anew. False when OpenSSL fails; then the cipher
    /// must not be used.
    mutating func setKey(_ secret: TrafficSecret, of suite: CipherSuite) -> Bool {
        var key: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let isSet = unsafe withUnsafeMutableBytes(of: &key) { room in
            let bytes = unsafe UnsafeMutableBufferPointer(
                start: room.assumingMemoryBound(to: UInt8.self).baseAddress, count: suite.keyBytes)
            let iv = unsafe UnsafeMutableBufferPointer(start: nonce, count: Self.nonceBytes)
            let isSet =
                unsafe secret.expand("key", of: suite, into: bytes)
                && secret.expand("iv", of: suite, into: iv)
                && EVP_CipherInit_ex(
                    context, suite.cipher, nil, bytes.baseAddress, nil, isSealing ? 1 : 0) == 1
            unsafe OPENSSL_cleanse(room.baseAddress, room.count)
            return isSet
        }
        mask = unsafe UInt64(
            bigEndian: UnsafeRawPointer(nonce).loadUnaligned(fromByteOffset: 4, as: UInt64.self))
        sequence = 0
        return isSet
    }

    /// Starts the next record: sets its nonce, which no later one can have. False when OpenSSL fails.
    @inline(__always)
    private mutating func begin(header: UnsafePointer<UInt8>) -> Bool {
        unsafe UnsafeMutableRawPointer(nonce).storeBytes(
            of: (mask ^ sequence).bigEndian, toByteOffset: 4, as: UInt64.self)
        sequence &+= 1
        var length: Int32 = 0
        return unsafe EVP_CipherInit_ex(context, nil, nil, nil, nonce, -1) == 1
            && EVP_CipherUpdate(context, nil, &length, header, Int32(Self.headerBytes)) == 1
    }

    /// Appends one record with `content`, which is at most `TLSLimits.maxRecordBytes`, without padding.
    /// - Returns: false when OpenSSL fails; then `output` is as before.
    mutating func seal(_ content: Bytes, as type: ContentType, into output: inout ByteBuffer) -> Bool {
        let count = content.count &+ 1
        precondition(count <= TLSLimits.maxRecordBytes &+ 1, "one record's content")
        let whole = Self.headerBytes &+ count &+ Self.tagBytes
        let room = unsafe output.unsafeSpare(minimum: whole).baseAddress.unsafelyUnwrapped
        let length = count &+ Self.tagBytes
        unsafe room[0] = ContentType.applicationData.rawValue
        unsafe room[1] = 3
        unsafe room[2] = 3
        unsafe room[3] = UInt8(truncatingIfNeeded: length >> 8)
        unsafe room[4] = UInt8(truncatingIfNeeded: length)
        let inner = unsafe room + Self.headerBytes
        if let base = unsafe content.unsafeBase { unsafe inner.update(from: base, count: content.count) }
        unsafe inner[content.count] = type.rawValue
        var written: Int32 = 0
        var rest: Int32 = 0
        // In place: both AEADs are stream ciphers, whose output is as long as their input.
        let isSealed =
            unsafe begin(header: room)
            && EVP_CipherUpdate(context, inner, &written, inner, Int32(count)) == 1
            && EVP_CipherFinal_ex(context, inner + Int(written), &rest) == 1
            && Int(written &+ rest) == count
            && EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), inner + count) == 1
        if isSealed { output.commit(whole) }
        return isSealed
    }

    /// Decrypts one whole record, header included, into `room`.
    /// - Returns: bytes of inner plaintext; nil when the record is not the peer's next one. `room` then holds nothing
    ///   that may be looked at.
    /// - Precondition: `record` is longer than header and tag, and `room` holds what is between.
    mutating func open(_ record: Bytes, into room: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        let count = record.count &- Self.headerBytes &- Self.tagBytes
        precondition(count > 0 && count <= room.count, "a record, and room for it")
        guard let base = unsafe record.unsafeBase, let out = room.baseAddress else { return nil }
        let sealed = unsafe base + Self.headerBytes
        var tag = unsafe UnsafeRawPointer(sealed + count).loadUnaligned(as: (UInt64, UInt64).self)
        var written: Int32 = 0
        var rest: Int32 = 0
        let isOpen = unsafe withUnsafeMutableBytes(of: &tag) { tag in
            unsafe begin(header: base)
                && EVP_CipherUpdate(context, out, &written, sealed, Int32(count)) == 1
                && EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagBytes), tag.baseAddress) == 1
                // The tag is compared here, in constant time.
                && EVP_CipherFinal_ex(context, out + Int(written), &rest) == 1
        }
        return isOpen && Int(written &+ rest) == count ? count : nil
    }
}
