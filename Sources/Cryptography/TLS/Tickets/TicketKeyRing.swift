import COpenSSL
import Substrate

/// Two keys at one address for life, so that what is dropped can be wiped: the current one, then the previous.
@safe struct TicketKeyRing: ~Copyable {
    enum Opening {
        case current
        /// Understood, and to be replaced by a ticket under the current key.
        case previous
        /// Not ours, or older than any key that is left.
        case unknown
        case failed
    }

    // A key is its name, an AES-256 key, and a key for HMAC-SHA-256 (RFC 5077 §4), all random.
    private static var nameBytes: Int { 16 }
    private static var cipherBytes: Int { 32 }
    private static var macBytes: Int { 32 }
    private static var ivBytes: Int { 16 }
    private static var keyBytes: Int { nameBytes + cipherBytes + macBytes }

    // Any thread: set before the first use, never changed, never freed.
    nonisolated(unsafe) private static let aes = unsafe EVP_CIPHER_fetch(nil, "AES-256-CBC", nil)

    private let keys: UnsafeMutablePointer<UInt8>
    private var schedule: TicketKeySchedule
    private var hasPrevious = false

    init(now: WallTime) {
        unsafe keys = .allocate(capacity: 2 * Self.keyBytes)
        unsafe keys.initialize(repeating: 0, count: 2 * Self.keyBytes)
        schedule = TicketKeySchedule(now: now)
        makeCurrent()
    }

    deinit {
        unsafe OPENSSL_cleanse(keys, 2 * Self.keyBytes)
        unsafe keys.deallocate()
    }

    private func makeCurrent() {
        unsafe SecureRandom.fill(unsafe UnsafeMutableBufferPointer(start: keys, count: Self.keyBytes))
    }

    mutating func advance(to now: WallTime) {
        switch schedule.advance(to: now) {
        case .keep: break
        case .rotate:
            // Over the old previous key: no byte of it is left.
            unsafe (keys + Self.keyBytes).update(from: keys, count: Self.keyBytes)
            hasPrevious = true
            makeCurrent()
        case .replaceAll: replaceAll(now: now)
        }
    }

    mutating func replaceAll(now: WallTime) {
        unsafe OPENSSL_cleanse(keys, 2 * Self.keyBytes)
        hasPrevious = false
        schedule = TicketKeySchedule(now: now)
        makeCurrent()
    }

    func seal(_ parts: TicketParts) -> Bool {
        unsafe parts.name.update(from: keys, count: Self.nameBytes)
        unsafe SecureRandom.fill(UnsafeMutableBufferPointer(start: parts.iv, count: Self.ivBytes))
        let secret = unsafe keys + Self.nameBytes
        return unsafe EVP_EncryptInit_ex(parts.cipher, Self.aes, nil, secret, parts.iv) == 1
            && COpenSSL_setTicketMAC(parts.mac, secret + Self.cipherBytes, Self.macBytes) == 1
    }

    func open(_ parts: TicketParts) -> Opening {
        for index in 0..<(hasPrevious ? 2 : 1) {
            let key = unsafe keys + index * Self.keyBytes
            guard unsafe CRYPTO_memcmp(key, parts.name, Self.nameBytes) == 0 else { continue }
            let secret = unsafe key + Self.nameBytes
            let isReady =
                unsafe COpenSSL_setTicketMAC(parts.mac, secret + Self.cipherBytes, Self.macBytes) == 1
                && EVP_DecryptInit_ex(parts.cipher, Self.aes, nil, secret, parts.iv) == 1
            guard isReady else { return .failed }
            return index == 0 ? .current : .previous
        }
        return .unknown
    }

    var memory: [UInt8] { unsafe Array(UnsafeBufferPointer(start: keys, count: 2 * Self.keyBytes)) }
}
