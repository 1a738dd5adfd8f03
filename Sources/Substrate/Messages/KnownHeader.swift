/// Field names that some part of the data plane treats specially, recognised once while a head is parsed.
public enum KnownHeader: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case other
    // Framing and connection (RFC 9110 §7.6.1, RFC 9112)
    case connection, keepAlive, proxyConnection, te, trailer, transferEncoding, upgrade
    case contentLength, contentType, expect, host, date, server, via
    // Identity of the client, as proxies tell it
    case forwarded, xForwardedFor, xForwardedHost, xForwardedProto, xForwardedClientCert, xRealIP
    // Tracing
    case traceparent, tracestate, xRequestID
    case b3, xB3TraceID, xB3SpanID, xB3ParentSpanID, xB3Sampled, xB3Flags
    // Credentials
    case authorization, cookie, setCookie, proxyAuthorization, proxyAuthenticate, xHubSignature,
        xHubSignature256
    // Retry and limits
    case retryAfter, idempotencyKey
    // Ours
    case outriggerTenant, outriggerPeer, outriggerFlow, outriggerReason, outriggerOther

    /// The name in the form in which Outrigger itself writes it. Empty for `other` and `outriggerOther`.
    public var name: StaticString {
        switch self {
        case .other, .outriggerOther: ""
        case .connection: "connection"
        case .keepAlive: "keep-alive"
        case .proxyConnection: "proxy-connection"
        case .te: "te"
        case .trailer: "trailer"
        case .transferEncoding: "transfer-encoding"
        case .upgrade: "upgrade"
        case .contentLength: "content-length"
        case .contentType: "content-type"
        case .expect: "expect"
        case .host: "host"
        case .date: "date"
        case .server: "server"
        case .via: "via"
        case .forwarded: "forwarded"
        case .xForwardedFor: "x-forwarded-for"
        case .xForwardedHost: "x-forwarded-host"
        case .xForwardedProto: "x-forwarded-proto"
        case .xForwardedClientCert: "x-forwarded-client-cert"
        case .xRealIP: "x-real-ip"
        case .traceparent: "traceparent"
        case .tracestate: "tracestate"
        case .xRequestID: "x-request-id"
        case .b3: "b3"
        case .xB3TraceID: "x-b3-traceid"
        case .xB3SpanID: "x-b3-spanid"
        case .xB3ParentSpanID: "x-b3-parentspanid"
        case .xB3Sampled: "x-b3-sampled"
        case .xB3Flags: "x-b3-flags"
        case .authorization: "authorization"
        case .cookie: "cookie"
        case .setCookie: "set-cookie"
        case .proxyAuthorization: "proxy-authorization"
        case .proxyAuthenticate: "proxy-authenticate"
        case .xHubSignature: "x-hub-signature"
        case .xHubSignature256: "x-hub-signature-256"
        case .retryAfter: "retry-after"
        case .idempotencyKey: "idempotency-key"
        case .outriggerTenant: "x-outrigger-tenant"
        case .outriggerPeer: "x-outrigger-peer"
        case .outriggerFlow: "x-outrigger-flow"
        case .outriggerReason: "x-outrigger-reason"
        }
    }

    /// Recognises a field name in either case.
    public init(_ name: Bytes) {
        self = Self.candidate(name)
        if self == .other || self == .outriggerOther { return }
        // A name that only has the candidate's length can still be one of ours, of which any length exists.
        if !name.equalsIgnoringASCIICase(self.name) { self = Self.outrigger(name) }
    }

    /// The only name that `name` can be, by its length and one byte.
    private static func candidate(_ name: Bytes) -> KnownHeader {
        guard name.count >= 2 else { return .other }
        let first = ASCII.lowercased(name[0])
        switch name.count {
        case 2: return first == UInt8(ascii: "b") ? .b3 : .te
        case 3: return .via
        case 4: return first == UInt8(ascii: "h") ? .host : .date
        case 6: return first == UInt8(ascii: "e") ? .expect : first == UInt8(ascii: "s") ? .server : .cookie
        case 7: return first == UInt8(ascii: "u") ? .upgrade : .trailer
        case 9: return first == UInt8(ascii: "f") ? .forwarded : .xRealIP
        case 10:
            if first == UInt8(ascii: "c") { return .connection }
            if first == UInt8(ascii: "k") { return .keepAlive }
            if first == UInt8(ascii: "s") { return .setCookie }
            if first == UInt8(ascii: "x") { return .xB3Flags }
            return ASCII.lowercased(name[5]) == UInt8(ascii: "s") ? .tracestate : .other
        case 11:
            return first == UInt8(ascii: "t")
                ? .traceparent : first == UInt8(ascii: "x") ? .xB3SpanID : .retryAfter
        case 12:
            if first != UInt8(ascii: "x") { return .contentType }
            if ASCII.lowercased(name[2]) != UInt8(ascii: "b") { return .xRequestID }
            return ASCII.lowercased(name[5]) == UInt8(ascii: "t") ? .xB3TraceID : .xB3Sampled
        case 13: return first == UInt8(ascii: "x") ? outrigger(name) : .authorization
        case 14: return first == UInt8(ascii: "x") ? outrigger(name) : .contentLength
        case 15:
            if first == UInt8(ascii: "i") { return .idempotencyKey }
            if ASCII.lowercased(name[2]) == UInt8(ascii: "f") { return .xForwardedFor }
            return ASCII.lowercased(name[2]) == UInt8(ascii: "h") ? .xHubSignature : outrigger(name)
        case 16:
            if first == UInt8(ascii: "p") { return .proxyConnection }
            if ASCII.lowercased(name[2]) == UInt8(ascii: "f") { return .xForwardedHost }
            return outrigger(name)
        case 17:
            if first == UInt8(ascii: "t") { return .transferEncoding }
            if ASCII.lowercased(name[2]) == UInt8(ascii: "f") { return .xForwardedProto }
            return ASCII.lowercased(name[2]) == UInt8(ascii: "b") ? .xB3ParentSpanID : outrigger(name)
        case 18: return first == UInt8(ascii: "x") ? outrigger(name) : .proxyAuthenticate
        case 19:
            if first == UInt8(ascii: "p") { return .proxyAuthorization }
            return ASCII.lowercased(name[2]) == UInt8(ascii: "h") ? .xHubSignature256 : outrigger(name)
        case 23:
            return ASCII.lowercased(name[2]) == UInt8(ascii: "f") ? .xForwardedClientCert : outrigger(name)
        default: return outrigger(name)
        }
    }

    private static func outrigger(_ name: Bytes) -> KnownHeader {
        guard ASCII.lowercased(name[0]) == UInt8(ascii: "x"), name.count >= 12,
            name.prefix(12).equalsIgnoringASCIICase("x-outrigger-")
        else { return .other }
        switch name.count {
        case 16:
            return name.equalsIgnoringASCIICase("x-outrigger-peer")
                ? .outriggerPeer
                : name.equalsIgnoringASCIICase("x-outrigger-flow") ? .outriggerFlow : .outriggerOther
        case 18:
            return name.equalsIgnoringASCIICase("x-outrigger-tenant")
                ? .outriggerTenant
                : name.equalsIgnoringASCIICase("x-outrigger-reason") ? .outriggerReason : .outriggerOther
        default: return .outriggerOther
        }
    }

    /// Meant for the next hop only, whatever `Connection` lists (RFC 9110 §7.6.1).
    public var isHopByHop: Bool {
        switch self {
        case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade,
            .proxyAuthenticate, .proxyAuthorization:
            true
        default: false
        }
    }

    /// One of the names that start with `x-outrigger-`.
    public var isOutrigger: Bool {
        switch self {
        case .outriggerTenant, .outriggerPeer, .outriggerFlow, .outriggerReason, .outriggerOther: true
        default: false
        }
    }
}
