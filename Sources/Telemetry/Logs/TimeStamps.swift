import Substrate

/// Writes time stamps one after another: within one second only the milliseconds are computed.
public struct TimeStamps: Sendable {
    /// `2026-11-24T02:06:09.000Z`, of `second`.
    private var text = InlineArray<24, UInt8>(repeating: 0)
    private var second = UInt64.max

    public init() {}

    mutating func append(_ time: WallTime, into buffer: inout ByteBuffer) {
        let milliseconds = time.milliseconds
        let now = milliseconds / 1000
        if now != second { remember(now) }
        let rest = UInt32(truncatingIfNeeded: milliseconds &- now &* 1000)
        text[20] = ASCII.zero &+ UInt8(truncatingIfNeeded: rest / 100)
        text[21] = ASCII.zero &+ UInt8(truncatingIfNeeded: rest / 10 % 10)
        text[22] = ASCII.zero &+ UInt8(truncatingIfNeeded: rest % 10)
        unsafe text.span.withUnsafeBufferPointer {
            unsafe buffer.append(Bytes(unsafeBase: $0.baseAddress, count: 24))
        }
    }

    private mutating func remember(_ now: UInt64) {
        second = now
        var fresh = ByteBuffer(capacity: RFC3339.encodedCount)
        RFC3339.append(WallTime(seconds: now), into: &fresh)
        for index in 0..<RFC3339.encodedCount { text[index] = fresh.bytes[index] }
    }
}
