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

    // Constants and not stored: a stored one is looked up through a once-token, and these are asked for by each request.

    private static func bit(_ header: KnownHeader) -> UInt64 { 1 << UInt64(header.rawValue) }

    /// W3C Trace Context and B3: where a trace is told of.
    public static var trace: KnownHeaderSet {
        KnownHeaderSet(rawValue: bit(.traceparent) | bit(.tracestate) | b3.rawValue)
    }

    public static var tracestate: KnownHeaderSet { KnownHeaderSet(rawValue: bit(.tracestate)) }

    /// B3 in one field and in several.
    public static var b3: KnownHeaderSet {
        KnownHeaderSet(
            rawValue: bit(.b3) | bit(.xB3TraceID) | bit(.xB3SpanID) | bit(.xB3ParentSpanID)
                | bit(.xB3Sampled) | bit(.xB3Flags))
    }

    /// Every `x-outrigger-*` name.
    public static let outrigger = KnownHeaderSet(
        .outriggerTenant, .outriggerPeer, .outriggerFlow, .outriggerReason, .outriggerOther)
}
