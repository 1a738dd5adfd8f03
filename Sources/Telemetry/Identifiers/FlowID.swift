public import Substrate

/// Names one inbound item on its whole way through the mesh: a ULID, 48 bits of milliseconds and 80 random bits.
///
/// Text order is time order. Source: github.com/ulid/spec.
public struct FlowID: BitwiseCopyable, Sendable, Equatable {
    /// Characters that `append(into:)` writes.
    public static var encodedCount: Int { 26 }

    /// Milliseconds since 1970 above 16 random bits.
    public let high: UInt64
    /// 64 random bits.
    public let low: UInt64

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public static func mint(now: WallTime, random: inout RandomSource) -> FlowID {
        FlowID(high: now.milliseconds << 16 | random.next() >> 48, low: random.next())
    }

    /// Reads the canonical form only: 26 upper-case Crockford digits without I, L, O and U, at most 128 bits.
    public static func parse(_ text: Bytes) -> FlowID? {
        guard text.count == encodedCount, text[0] <= 0x37 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<encodedCount {
            guard let digit = Crockford.value(of: text[index]) else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(digit)
        }
        return FlowID(high: high, low: low)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z at which the id was minted.
    public var milliseconds: UInt64 { high >> 16 }

    public func append(into buffer: inout ByteBuffer) {
        let digits = unsafe buffer.unsafeSpare(minimum: Self.encodedCount).baseAddress.unsafelyUnwrapped
        var high = high
        var low = low
        var index = Self.encodedCount
        while index > 0 {
            index &-= 1
            unsafe digits[index] = Crockford.digit(UInt8(truncatingIfNeeded: low & 31))
            low = low >> 5 | high << 59
            high >>= 5
        }
        buffer.commit(Self.encodedCount)
    }
}
