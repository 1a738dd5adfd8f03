/// A request method (RFC 9110 §9). Methods are case-sensitive tokens.
public enum HTTPMethod: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case get, head, post, put, patch, delete, options, connect, trace
    /// A well-formed token that is none of the above; forwarded as received.
    case other

    public init(_ name: Bytes) {
        switch name.count {
        case 3:
            self = name.elementsEqual("GET") ? .get : name.elementsEqual("PUT") ? .put : .other
        case 4:
            self = name.elementsEqual("POST") ? .post : name.elementsEqual("HEAD") ? .head : .other
        case 5:
            self = name.elementsEqual("PATCH") ? .patch : name.elementsEqual("TRACE") ? .trace : .other
        case 6:
            self = name.elementsEqual("DELETE") ? .delete : .other
        case 7:
            self =
                name.elementsEqual("OPTIONS") ? .options : name.elementsEqual("CONNECT") ? .connect : .other
        default:
            self = .other
        }
    }

    /// The token; `OTHER` for a method without a case of its own, so that a metric label stays bounded.
    public var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .connect: "CONNECT"
        case .trace: "TRACE"
        case .other: "OTHER"
        }
    }

    /// Whether repeating the request has no further effect by definition (RFC 9110 §9.2.2).
    public var isIdempotent: Bool {
        switch self {
        case .get, .head, .put, .delete, .options, .trace: true
        case .post, .patch, .connect, .other: false
        }
    }
}
