import Cryptography
public import Substrate

/// The MACs of one delivery under every secret that may have signed it, fed as its bytes arrive. One per exchange that
/// collects a body, pooled by the worker: nothing is allocated after `init`.
@safe public struct WebhookVerification: ~Copyable {
    /// Most secrets that are tried: each costs a MAC over the whole delivery.
    public static var maxSecrets: Int { 8 }
    /// Longest body of a webhook where the route says nothing. Source: Meta's payloads reach 3 MB.
    public static var defaultMaxBodyBytes: UInt64 { 3 << 20 }

    /// Room for `maxSecrets` contexts, the first `count` of them initialised. Owned: freed in `deinit`.
    private let contexts: UnsafeMutablePointer<HMACSHA256>
    private var count = 0

    public init() { unsafe contexts = .allocate(capacity: Self.maxSecrets) }

    deinit {
        unsafe contexts.deinitialize(count: count)
        unsafe contexts.deallocate()
    }

    /// Forgets everything, the keys too.
    public mutating func removeAll() {
        unsafe contexts.deinitialize(count: count)
        count = 0
    }

    /// Starts a MAC under one more secret. Past `maxSecrets` nothing is added: such configurations are refused.
    mutating func begin(secret: Bytes) {
        guard count < Self.maxSecrets else { return }
        unsafe (contexts + count).initialize(to: HMACSHA256(key: secret))
        count += 1
    }

    /// Takes the next bytes of the body, exactly as received.
    public mutating func update(_ bytes: Bytes) {
        for index in 0..<count { unsafe contexts[index].update(bytes) }
    }

    /// Whether the body's MAC under any secret is this one. All are tried, so that time does not tell which matched.
    mutating func matches(_ digest: Digest256) -> Bool {
        var found = false
        for index in 0..<count {
            let own = unsafe contexts[index].finish()
            if own == digest { found = true }
        }
        return found
    }
}
