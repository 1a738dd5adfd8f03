/// A set of known field names, one bit each.
public struct KnownHeaderSet: OptionSet, Sendable, BitwiseCopyable {
    public var rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public init(_ headers: KnownHeader...) {
        rawValue = headers.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
    }

    public func contains(_ header: KnownHeader) -> Bool { rawValue >> UInt64(header.rawValue) & 1 == 1 }

    /// What never crosses a hop as received: the transport writes framing itself.
    public static let framing = KnownHeaderSet(.contentLength, .transferEncoding)

    /// W3C Trace Context and B3: where a trace is told of.
    public static let trace = KnownHeaderSet(.traceparent, .tracestate).union(.b3)

    /// B3 in one field and in several.
    public static let b3 = KnownHeaderSet(
        .b3, .xB3TraceID, .xB3SpanID, .xB3ParentSpanID, .xB3Sampled, .xB3Flags)

    /// Every `x-outrigger-*` name.
    public static let outrigger = KnownHeaderSet(
        .outriggerTenant, .outriggerPeer, .outriggerFlow, .outriggerReason, .outriggerOther)
}
