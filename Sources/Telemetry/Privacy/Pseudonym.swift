public import Substrate

/// Stands for one identifier within one tenant, the same each time, and leads back to it for nobody without the key.
///
/// 64 bits: two of a tenant's million identifiers share one with a chance of 3 in 10⁸.
public struct Pseudonym: Sendable, BitwiseCopyable, Equatable, Classified {
    public static var privacyClass: PrivacyClass { .open }
    /// Characters that `append(into:)` writes: `p_` and 13 Crockford digits.
    public static var encodedCount: Int { 15 }

    let value: UInt64

    public func append(into buffer: inout ByteBuffer) {
        buffer.append("p_")
        var shift: UInt64 = 65
        while shift > 0 {
            shift &-= 5
            buffer.append(Crockford.digit(UInt8(truncatingIfNeeded: (value >> shift) & 31)))
        }
    }
}
