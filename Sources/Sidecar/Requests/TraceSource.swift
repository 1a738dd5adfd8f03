/// Where a request's trace comes from.
enum TraceSource: UInt8, BitwiseCopyable {
    /// It begins here.
    case minted
    case traceparent
    case b3
}

/// What becomes of a request's spans.
enum SpanRecording: UInt8, BitwiseCopyable {
    /// No collector, or not sampled.
    case none
    /// Exported, and the endpoint gets each try's span as its parent.
    case sampled
    /// Kept until the request ends, and exported only if that is an error. Nothing on the wire tells of them.
    case onError
}
