public import Substrate

/// The name of a header field that is registered or ours, which is open; any other name is what somebody chose.
///
/// What a peer sent is compared with names of the source, and what is kept is a number: no byte of it gets in.
/// Source: IANA, "Hypertext Transfer Protocol (HTTP) Field Name Registry", permanent names in use between services,
/// and the names that proxies, tracing and this mesh's platforms add.
public struct RegisteredField: Classified, Sendable, BitwiseCopyable, Hashable {
    public static var privacyClass: PrivacyClass { .open }

    /// Place in `names`.
    let number: UInt8

    /// Recognises a name in either case. Nil for a name that is not in the list.
    public init?(_ name: Bytes) {
        guard let found = Self.names.firstIndex(where: { name.equalsIgnoringASCIICase($0.text) }) else {
            return nil
        }
        number = UInt8(found)
    }

    init(number: UInt8) { self.number = number }

    /// The name in lower case, out of the source.
    public var name: OpenText { Self.names[Int(number)] }

    /// At most 128: `RegisteredFieldSet` has a bit for each.
    static let names: [OpenText] = [
        "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges",
        "access-control-allow-origin", "access-control-request-headers", "access-control-request-method",
        "age", "allow", "alt-svc", "authorization", "baggage", "b3", "cache-control", "connection",
        "content-disposition", "content-encoding", "content-language", "content-length", "content-location",
        "content-range", "content-security-policy", "content-type", "cookie", "date", "dnt", "dpop",
        "early-data", "etag", "expect", "expires", "forwarded", "from", "grpc-timeout", "host",
        "http2-settings",
        "idempotency-key", "if-match", "if-modified-since", "if-none-match", "if-range",
        "if-unmodified-since",
        "keep-alive", "last-modified", "link", "location", "max-forwards", "origin", "pragma", "prefer",
        "priority", "proxy-authorization", "proxy-connection", "range", "referer", "retry-after",
        "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode",
        "sec-fetch-site", "sec-fetch-user", "sec-websocket-extensions", "sec-websocket-key",
        "sec-websocket-protocol", "sec-websocket-version", "signature", "signature-input", "te",
        "traceparent",
        "tracestate", "trailer", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent",
        "via", "x-api-key", "x-b3-flags", "x-b3-parentspanid", "x-b3-sampled", "x-b3-spanid", "x-b3-traceid",
        "x-correlation-id", "x-csrf-token", "x-forwarded-client-cert", "x-forwarded-for", "x-forwarded-host",
        "x-forwarded-port", "x-forwarded-proto", "x-http-method-override", "x-hub-signature",
        "x-hub-signature-256", "x-outrigger-flow", "x-outrigger-peer", "x-outrigger-tenant", "x-real-ip",
        "x-request-id", "x-requested-with",
    ]
}
