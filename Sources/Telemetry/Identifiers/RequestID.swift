public import Substrate

/// Names one request, in `x-request-id`, in answers and in the access log: a random UUID (RFC 9562 §5.4).
public struct RequestID: BitwiseCopyable, Sendable, Equatable {
    /// Characters that `append(into:)` writes.
    public static var encodedCount: Int { 36 }
    /// Longest id taken from a trusted sender. Source: Envoy and nginx ids are at most 36; 128 leaves room.
    public static var maxAcceptedCount: Int { 128 }

    public let high: UInt64
    public let low: UInt64

    public init(random: inout RandomSource) {
        high = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    }

    /// Reads the text form of a random UUID in lower case, as another hop of ours wrote it. Anything else is nil.
    public init?(parsing text: Bytes) {
        guard text.count == Self.encodedCount, text[8] == ASCII.dash, text[13] == ASCII.dash,
            text[18] == ASCII.dash, text[23] == ASCII.dash,
            let first = Hex.parse(text, at: 0, digits: 8), let second = Hex.parse(text, at: 9, digits: 4),
            let third = Hex.parse(text, at: 14, digits: 4), let fourth = Hex.parse(text, at: 19, digits: 4),
            let fifth = Hex.parse(text, at: 24, digits: 12), third >> 12 == 4, fourth >> 14 == 2
        else { return nil }
        high = first << 32 | second << 16 | third
        low = fourth << 48 | fifth
    }

    /// Whether an id from a trusted sender may be kept and forwarded: 1…`maxAcceptedCount` token characters.
    ///
    /// It is forwarded only: the log holds ids that are `RequestID`s, so that no sender can write into it.
    public static func isAcceptable(_ text: Bytes) -> Bool {
        guard text.count > 0, text.count <= maxAcceptedCount else { return false }
        for index in 0..<text.count where !ASCII.isToken(text[index]) { return false }
        return true
    }

    public func append(into buffer: inout ByteBuffer) {
        let digits = unsafe buffer.unsafeSpare(minimum: Self.encodedCount).baseAddress.unsafelyUnwrapped
        // Each store writes eight digits; the later ones put the dashes' places right.
        unsafe Hex.store(UInt32(truncatingIfNeeded: high >> 32), at: digits)
        unsafe Hex.store(UInt32(truncatingIfNeeded: high), at: digits + 9)
        unsafe Hex.store(UInt32(truncatingIfNeeded: high << 16), at: digits + 14)
        unsafe Hex.store(UInt32(truncatingIfNeeded: low >> 32), at: digits + 19)
        unsafe Hex.store(UInt32(truncatingIfNeeded: low >> 16), at: digits + 24)
        unsafe Hex.store(UInt32(truncatingIfNeeded: low), at: digits + 28)
        unsafe digits[8] = ASCII.dash
        unsafe digits[13] = ASCII.dash
        unsafe digits[18] = ASCII.dash
        unsafe digits[23] = ASCII.dash
        buffer.commit(Self.encodedCount)
    }
}
