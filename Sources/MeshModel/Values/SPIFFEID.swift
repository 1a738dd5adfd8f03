public import Substrate

/// A workload's identity: `spiffe://<trust domain>/<segment>/<segment>…`.
///
/// Stricter than a URI: lower-case scheme and trust domain, at least one segment, nothing percent-encoded, so two
/// spellings of one identity do not exist and equality of text is equality of identity (SPIFFE-ID §2).
public struct SPIFFEID: Sendable, Hashable, CustomStringConvertible {
    /// Longest identity taken: what the TLS layer takes too. SPIFFE-ID §2.3 allows 2,048.
    public static let maxBytes = 512
    /// Longest trust domain (SPIFFE-ID §2.3).
    public static let maxTrustDomainBytes = 255

    /// The whole identity, as it was read.
    public let text: String
    /// The part between `spiffe://` and the first slash after it.
    public let trustDomain: String
    /// From the slash after the trust domain to the end.
    public let path: String

    public var description: String { text }

    /// Nil where a rule is broken; `parse` tells which.
    public init?(parsing text: String) {
        guard let identity = try? Self.parse(text) else { return nil }
        self = identity
    }

    /// Nil where a rule is broken; `parse` tells which. Copies: never on the request path.
    public init?(parsing bytes: Bytes) {
        guard let identity = try? Self.parse(bytes) else { return nil }
        self = identity
    }

    public static func parse(_ text: String) throws(SPIFFEIDError) -> SPIFFEID {
        try SPIFFEID(checking: Array(text.utf8))
    }

    public static func parse(_ bytes: Bytes) throws(SPIFFEIDError) -> SPIFFEID {
        guard bytes.count <= maxBytes else { throw .tooLong }
        return try SPIFFEID(checking: bytes.array)
    }

    private init(checking bytes: [UInt8]) throws(SPIFFEIDError) {
        guard bytes.count <= Self.maxBytes else { throw .tooLong }
        let scheme = Array("spiffe://".utf8)
        guard bytes.starts(with: scheme) else { throw .scheme }
        let rest = bytes[scheme.count...]
        for byte in rest {
            switch byte {
            case ASCII.percent: throw .percentEncoding
            case ASCII.question: throw .query
            case ASCII.hash: throw .fragment
            case ASCII.at: throw .userInfo
            default: continue
            }
        }
        let slash = rest.firstIndex(of: ASCII.slash) ?? rest.endIndex
        let domain = rest[..<slash]
        guard !domain.isEmpty else { throw .emptyTrustDomain }
        guard domain.count <= Self.maxTrustDomainBytes else { throw .trustDomainTooLong }
        guard !domain.contains(ASCII.colon) else { throw .port }
        guard domain.allSatisfy(Self.isTrustDomainByte) else { throw .trustDomainCharacter }
        guard slash < rest.endIndex else { throw .missingPath }
        guard rest.last != ASCII.slash else { throw .trailingSlash }
        let segments = rest[(slash + 1)...].split(separator: ASCII.slash, omittingEmptySubsequences: false)
        for segment in segments {
            guard !segment.isEmpty else { throw .emptySegment }
            guard !segment.elementsEqual([ASCII.dot]), !segment.elementsEqual([ASCII.dot, ASCII.dot]) else {
                throw .dotSegment
            }
            guard segment.allSatisfy(Self.isSegmentByte) else { throw .segmentCharacter }
        }
        text = String(decoding: bytes, as: UTF8.self)
        trustDomain = String(decoding: domain, as: UTF8.self)
        path = String(decoding: rest[slash...], as: UTF8.self)
    }

    private static func isTrustDomainByte(_ byte: UInt8) -> Bool {
        isSegmentByte(byte) && ASCII.lowercased(byte) == byte
    }

    private static func isSegmentByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.dot || byte == ASCII.dash
            || byte == ASCII.underscore
    }
}
