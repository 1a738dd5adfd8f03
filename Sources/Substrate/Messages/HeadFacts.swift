/// What a codec understood of a message head. Ranges lie in the head's arena.
public struct HeadFacts: BitwiseCopyable, Sendable {
    // Requests
    public var method = HTTPMethod.other
    public var methodName = ByteRange()
    /// The request target exactly as received: signatures are made over it.
    public var target = ByteRange()
    /// The normalised path: what is matched and what is forwarded. Starts with `/`, or is `*`.
    public var path = ByteRange()
    /// The query without its `?`, as received.
    public var query = ByteRange()
    /// Whether the target had a `?`, so that an empty query is forwarded as one.
    public var hasQuery = false
    /// `host[:port]` of the effective request URI, as received. Empty only in HTTP/1.0 without Host.
    public var authority = ByteRange()
    /// The host of `authority`: lower case, without port, brackets kept, without a trailing dot.
    public var host = ByteRange()
    /// A field name holds an underscore: CGI-style servers read `a_b` as `a-b`.
    public var hasUnderscoreName = false
    /// `Expect: 100-continue` was asked for.
    public var expectsContinue = false

    // Responses
    public var status: UInt16 = 0
    public var reasonPhrase = ByteRange()

    // Both
    /// The minor version of HTTP/1: 0 or 1.
    public var minorVersion: UInt8 = 1
    /// `Content-Length`, or -1 without one.
    public var contentLength: Int64 = -1
    public var isChunked = false
    /// Whether the sender lets the connection live on behind this message.
    public var keepsAlive = true
    /// `Upgrade` is present and `Connection` lists it.
    public var wantsUpgrade = false
    /// Seconds of `Keep-Alive: timeout=N` in a response, or 0.
    public var keepAliveTimeoutSeconds: UInt32 = 0

    public init() {}
}
