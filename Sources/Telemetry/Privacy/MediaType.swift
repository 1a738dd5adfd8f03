public import Substrate

/// A body's media type, as far as it is a common one: any other is what somebody chose, and is `other`.
///
/// What a peer sent is compared with names of the source; parameters (a boundary, a charset) are not looked at.
public enum MediaType: UInt8, Classified, Sendable, BitwiseCopyable, CaseIterable {
    public static var privacyClass: PrivacyClass { .open }

    case other
    case json, problemJSON, mergePatchJSON, ndjson, form, multipart, text, html, xml, grpc, protobuf, octets

    /// - Parameter value: of a `Content-Type` field.
    public init(_ value: Bytes) {
        let end = value.firstIndex(of: ASCII.semicolon) ?? value.count
        let name = value.prefix(end).trimmingBlanks
        self =
            Self.allCases.first { $0 != .other && name.equalsIgnoringASCIICase($0.label.text) } ?? .other
    }

    public var label: OpenText {
        switch self {
        case .other: "other"
        case .json: "application/json"
        case .problemJSON: "application/problem+json"
        case .mergePatchJSON: "application/merge-patch+json"
        case .ndjson: "application/x-ndjson"
        case .form: "application/x-www-form-urlencoded"
        case .multipart: "multipart/form-data"
        case .text: "text/plain"
        case .html: "text/html"
        case .xml: "application/xml"
        case .grpc: "application/grpc"
        case .protobuf: "application/x-protobuf"
        case .octets: "application/octet-stream"
        }
    }
}
