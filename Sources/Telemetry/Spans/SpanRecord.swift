public import Substrate

/// What a worker leaves behind of one span: numbers only, so that writing it allocates nothing and holds no byte of a
/// request. Names are looked up where it is encoded.
///
/// Names' numbers are one more than the identity registry's: 0 means none.
public struct SpanRecord: BitwiseCopyable, Sendable {
    public var traceHigh: UInt64 = 0
    public var traceLow: UInt64 = 0
    public var span: UInt64 = 0
    /// 0 for a root.
    public var parent: UInt64 = 0
    public var start = WallTime(nanoseconds: 0)
    public var end = WallTime(nanoseconds: 0)
    public var flow: FlowID?

    public var listener: UInt32 = 0
    public var route: UInt32 = 0
    /// Number of the path template of the match that held.
    public var template: UInt32 = 0
    public var service: UInt32 = 0
    public var tenant: UInt32 = 0
    /// Of a client span.
    public var endpoint: UInt32 = 0
    /// Number of `PeerRegistry`: the verified service that sent the request.
    public var peer: UInt32 = 0

    /// 0 where no answer came or could be given.
    public var status: UInt16 = 0
    public var kind = SpanKind.server
    public var method = HTTPMethod.other
    /// Minor version of HTTP/1.
    public var minorVersion: UInt8 = 1
    public var reason = ReasonCode.none
    /// Of a client span.
    public var outcome = AttemptOutcome.success
    /// Of a client span: tries before this one.
    public var resends: UInt8 = 0
    /// As `TraceContext` has them.
    public var traceFlags: UInt8 = 0
    /// The parent was made by somebody else.
    public var parentIsRemote = false
    /// The downstream connection had TLS.
    public var isEncrypted = false

    @inline(__always)
    public init() {}

    /// Whether the request ended in an error: the answer, or the reason for which it was given up, is a 5xx.
    ///
    /// A client's mistake (4xx) and a client that went away are none of the server's errors.
    public static func isError(status: UInt16, reason: ReasonCode) -> Bool {
        status >= 500 || (reason != .none && reason.status >= 500)
    }
}
