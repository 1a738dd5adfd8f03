public import Substrate

/// The trace that a request belongs to, as `traceparent` carries it (W3C Trace Context 2 §3.2).
///
/// A hop without a collector forwards what it received, or at the edge mints a root with flags 00: never a parent
/// that nobody records.
public struct TraceContext: BitwiseCopyable, Sendable, Equatable {
    /// Digits that `append(into:)` writes.
    public static var encodedCount: Int { 55 }
    /// The flags that this version knows and forwards: sampled 01, random 02.
    public static var knownFlags: UInt8 { 0x03 }

    public var traceHigh: UInt64
    public var traceLow: UInt64
    /// Id of the span that sent the request.
    public var parent: UInt64
    /// Only `knownFlags`.
    public var flags: UInt8

    /// - Precondition: trace id and parent are not zero; a zero id is no context at all.
    public init(traceHigh: UInt64, traceLow: UInt64, parent: UInt64, flags: UInt8) {
        precondition((traceHigh | traceLow) != 0 && parent != 0, "a trace context has ids")
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.parent = parent
        self.flags = flags & Self.knownFlags
    }

    /// Reads a field value without blanks around it. Nil means: begin a new trace and drop `tracestate`.
    ///
    /// Version ff is invalid; version 00 is exactly 55 characters; a higher one is read as 00 from its first 55,
    /// provided that nothing or a dash follows them.
    public init?(traceparent: Bytes) {
        guard traceparent.count >= Self.encodedCount else { return nil }
        guard let version = Hex.parse(traceparent, at: 0, digits: 2), version != 0xFF else { return nil }
        if traceparent.count > Self.encodedCount {
            guard version != 0, traceparent[Self.encodedCount] == ASCII.dash else { return nil }
        }
        guard traceparent[2] == ASCII.dash, traceparent[35] == ASCII.dash, traceparent[52] == ASCII.dash,
            let traceHigh = Hex.parse(traceparent, at: 3, digits: 16),
            let traceLow = Hex.parse(traceparent, at: 19, digits: 16),
            let parent = Hex.parse(traceparent, at: 36, digits: 16),
            let flags = Hex.parse(traceparent, at: 53, digits: 2),
            (traceHigh | traceLow) != 0, parent != 0
        else { return nil }
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.parent = parent
        self.flags = UInt8(truncatingIfNeeded: flags) & Self.knownFlags
    }

    /// A new trace, not sampled: what the edge mints when no collector is configured.
    public static func root(random: inout RandomSource) -> TraceContext {
        // The low bit keeps an all-zero draw from becoming an invalid id.
        TraceContext(
            traceHigh: random.next(), traceLow: random.next() | 1, parent: random.next() | 1, flags: 0)
    }

    public var isSampled: Bool { flags & 0x01 != 0 }

    /// Writes the 55 characters of version 00.
    public func append(into buffer: inout ByteBuffer) {
        let digits = unsafe buffer.unsafeSpare(minimum: Self.encodedCount).baseAddress.unsafelyUnwrapped
        unsafe digits[0] = ASCII.zero
        unsafe digits[1] = ASCII.zero
        unsafe digits[2] = ASCII.dash
        unsafe Hex.store(traceHigh, at: digits + 3)
        unsafe Hex.store(traceLow, at: digits + 19)
        unsafe digits[35] = ASCII.dash
        unsafe Hex.store(parent, at: digits + 36)
        unsafe digits[52] = ASCII.dash
        unsafe digits[53] = ASCII.hexDigit(flags >> 4)
        unsafe digits[54] = ASCII.hexDigit(flags)
        buffer.commit(Self.encodedCount)
    }

    /// Writes the trace id's 32 hexadecimal digits.
    public func appendTraceID(into buffer: inout ByteBuffer) {
        let digits = unsafe buffer.unsafeSpare(minimum: 32).baseAddress.unsafelyUnwrapped
        unsafe Hex.store(traceHigh, at: digits)
        unsafe Hex.store(traceLow, at: digits + 16)
        buffer.commit(32)
    }
}
