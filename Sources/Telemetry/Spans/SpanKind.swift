/// Which end of a call a span describes. Raw values are OTLP's `Span.SpanKind`.
public enum SpanKind: UInt8, Sendable, BitwiseCopyable {
    /// A request that came to a listener, until its answer ended.
    case server = 2
    /// One try of it at an endpoint.
    case client = 3
}
