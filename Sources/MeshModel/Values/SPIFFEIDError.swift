/// The rule that a text broke on its way to a `SPIFFEID`.
public enum SPIFFEIDError: Error, Equatable, CaseIterable, CustomStringConvertible {
    case scheme, tooLong, percentEncoding, query, fragment, userInfo, port
    case emptyTrustDomain, trustDomainTooLong, trustDomainCharacter
    case missingPath, trailingSlash, emptySegment, dotSegment, segmentCharacter

    public var description: String {
        switch self {
        case .scheme: "must start with 'spiffe://' in lower case"
        case .tooLong: "is longer than \(SPIFFEID.maxBytes) bytes"
        case .percentEncoding: "must not be percent-encoded"
        case .query: "must not have a query"
        case .fragment: "must not have a fragment"
        case .userInfo: "must not have user information"
        case .port: "must not have a port"
        case .emptyTrustDomain: "has no trust domain"
        case .trustDomainTooLong: "has a trust domain longer than \(SPIFFEID.maxTrustDomainBytes) bytes"
        case .trustDomainCharacter: "has a trust domain with other characters than a-z 0-9 . - _"
        case .missingPath: "has no path: 'spiffe://<trust domain>/service/<service>'"
        case .trailingSlash: "must not end with '/'"
        case .emptySegment: "has an empty path segment"
        case .dotSegment: "has a '.' or '..' path segment"
        case .segmentCharacter: "has a path with other characters than a-z A-Z 0-9 . - _"
        }
    }
}
