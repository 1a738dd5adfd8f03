/// What one HTTP/1 peer may make this process hold or scan.
public struct HTTP1Limits: BitwiseCopyable, Sendable {
    /// Longest head, start line and closing empty line included: 431 (RFC 6585 §5). Envoy's default.
    public var maxHeadBytes = 60 * 1024
    /// Most field lines of a head or of a trailer section: 431. Envoy's default. At most `MessageHead.maxFields`.
    public var maxFields = 100
    /// Longest request target: 414 (RFC 9110 §15.5.15).
    public var maxTargetBytes = 8 * 1024
    /// Longest chunk header, extensions and CRLF included.
    public var maxChunkHeaderBytes = 256
    /// Longest trailer section, closing empty line included.
    public var maxTrailerBytes = 8 * 1024
    /// Field names with an underscore are an error: CGI-style servers read `a_b` and `a-b` as one name.
    public var refusesUnderscores = false

    public init() {}
}

extension HTTP1Limits {
    /// Longest method token. The longest registered one, UPDATEREDIRECTREF, has 17 bytes.
    static var maxMethodBytes: Int { 32 }
    /// Empty lines tolerated before a request line (RFC 9112 §2.2 asks for at least one).
    static var maxEmptyLines: UInt8 { 2 }
    /// Most options over all `Connection` fields: each is compared with every field name.
    static var maxConnectionOptions: Int { 16 }
    /// Most digits of a Content-Length; 19 hold every Int64.
    static var maxLengthDigits: Int { 19 }
    /// Most digits of a chunk size; 16 hold every Int64.
    static var maxChunkSizeDigits: Int { 16 }

    /// `maxFields`, or fewer where a head holds fewer.
    var effectiveMaxFields: Int { Swift.min(Swift.max(0, maxFields), 128) }
}
