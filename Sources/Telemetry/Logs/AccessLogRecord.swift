public import Substrate

/// What the access log says of one request. Every field's type is open, so there is no way to put into it what a peer
/// sent: no raw path, query, field value, phone number or message id.
///
/// Filled on the request path and encoded at once: it borrows names from the snapshot and from the connection.
@safe public struct AccessLogRecord {
    /// When the request's head was whole.
    public var time = WallTime(nanoseconds: 0)
    public var direction = Direction.edge
    public var listener = OpenLabel()
    public var method = HTTPMethod.other
    /// Minor version of HTTP/1: 0 or 1.
    public var minorVersion: UInt8 = 1
    /// The route's path as configured, with parameters by name; empty without a route.
    public var pathTemplate = OpenLabel()
    public var route = OpenLabel()
    public var service = OpenLabel()
    public var tenant = OpenLabel()
    /// The client's address, as it stands within the tenant.
    public var client: Pseudonym?
    /// 0 where no answer could be given.
    public var status: UInt16 = 0
    /// Says also Envoy's response flag.
    public var reason = ReasonCode.none

    /// From the request's whole head to the last of its answer handed to the connection, in nanoseconds.
    public var totalNanoseconds: UInt64 = 0
    /// From the request's whole head to the start of its first try, in nanoseconds: collecting the body, and waits. Nil
    /// without a try.
    public var queueNanoseconds: UInt64?
    /// Connecting with TLS, in nanoseconds; nil on a pooled connection.
    public var connectNanoseconds: UInt64?
    /// From the request's whole head to the first byte of the upstream's answer, in nanoseconds; nil without one.
    public var firstByteNanoseconds: UInt64?
    /// Tries at an endpoint; 0 when Outrigger answered by itself.
    public var tries: UInt32 = 0
    /// Of the bodies on the downstream connection: neither heads nor chunk framing nor TLS records. What was sent counts
    /// when it is handed to the connection; a client that goes away may not have got all of it.
    public var bytesReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0

    /// The downstream connection's.
    public var tls = TLSVersion.none
    /// The downstream peer, when it is a verified service of this mesh.
    public var peer: MeshPeer?
    public var trace: TraceContext?
    public var requestID: RequestID?
    public var flow: FlowID?
    /// Address of the endpoint of the last try, as configured.
    public var endpoint = OpenLabel()
    /// Whether the last try went over a pooled connection; nil without a try.
    public var upstreamReused: Bool?

    public init() {}
}
