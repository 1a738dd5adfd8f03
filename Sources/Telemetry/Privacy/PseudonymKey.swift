import Substrate

/// The secret under which one tenant's identifiers become pseudonyms (SipHash-2-4, Aumasson and Bernstein 2012).
///
/// The process's key is injected from `Cryptography`; each tenant's is derived from it, so that the same phone number
/// has another pseudonym in each tenant.
public struct PseudonymKey: Sendable, BitwiseCopyable, Classified {
    public static var privacyClass: PrivacyClass { .secret }

    private let high: UInt64
    private let low: UInt64

    /// 128 secret bits, as unpredictable as a key.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The key of one tenant, the same for the same name.
    public func derived(tenant: OpenLabel) -> PseudonymKey {
        let first = SipHash.hash(tenant.bytes, keyLow: low, keyHigh: high)
        let second = SipHash.hash(tenant.bytes, keyLow: ~low, keyHigh: high ^ first)
        return PseudonymKey(high: first, low: second)
    }

    public func pseudonym(of identifier: Identifier) -> Pseudonym {
        Pseudonym(value: SipHash.hash(identifier.bytes, keyLow: low, keyHigh: high))
    }
}
