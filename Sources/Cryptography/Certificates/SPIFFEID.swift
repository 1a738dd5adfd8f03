public import Substrate

/// The rules of a workload's SPIFFE ID: `spiffe://<trust domain>/<segment>…` (SPIFFE-ID.md §2).
public enum SPIFFEID {
    /// The longest ID taken. The standard allows 2,048; 512 holds every name of this mesh: a trust domain of 255 bytes
    /// and two names of 63 with their fixed parts.
    public static var maxBytes: Int { 512 }
    /// The longest trust domain (SPIFFE-ID.md §2.3).
    public static var maxTrustDomainBytes: Int { 255 }

    /// Where a valid `id` has its trust domain and its path (with the leading slash); nil when `id` breaks a rule:
    /// no port, user, query, fragment, percent, NUL, empty or dot segment, trailing slash; trust domain in lower case.
    public static func parse(_ id: Bytes) -> (trustDomain: ByteRange, path: ByteRange)? {
        guard id.count <= maxBytes, id.hasPrefix(scheme) else { return nil }
        let start = scheme.utf8CodeUnitCount
        guard let slash = id.firstIndex(of: ASCII.slash, from: start), slash > start,
            slash - start <= maxTrustDomainBytes
        else { return nil }
        var index = start
        while index < slash {
            guard isTrustDomain(id[index]) else { return nil }
            index &+= 1
        }
        var segment = slash &+ 1
        while segment <= id.count {
            let end = id.firstIndex(of: ASCII.slash, from: segment) ?? id.count
            guard isSegment(id[segment, count: end &- segment]) else { return nil }
            segment = end &+ 1
        }
        return (
            ByteRange(offset: start, count: slash &- start),
            ByteRange(offset: slash, count: id.count &- slash)
        )
    }

    public static func isValid(_ id: Bytes) -> Bool { parse(id) != nil }

    /// Whether a URI claims to be a SPIFFE ID, well formed or not: schemes are compared without case.
    static func isClaimed(by uri: Bytes) -> Bool { uri.prefix(7).equalsIgnoringASCIICase("spiffe:") }

    /// A valid trust domain on its own, as configuration names it.
    public static func isValidTrustDomain(_ name: Bytes) -> Bool {
        guard !name.isEmpty, name.count <= maxTrustDomainBytes else { return false }
        var index = 0
        while index < name.count {
            guard isTrustDomain(name[index]) else { return false }
            index &+= 1
        }
        return true
    }

    private static var scheme: StaticString { "spiffe://" }

    private static func isSegment(_ segment: Bytes) -> Bool {
        if segment.isEmpty || segment.elementsEqual(".") || segment.elementsEqual("..") { return false }
        var index = 0
        while index < segment.count {
            let byte = segment[index]
            guard isPunctuation(byte) || ASCII.isDigit(byte) || ASCII.isLetter(byte) else { return false }
            index &+= 1
        }
        return true
    }

    private static func isTrustDomain(_ byte: UInt8) -> Bool {
        isPunctuation(byte) || ASCII.isDigit(byte) || byte &- 0x61 < 26
    }

    private static func isPunctuation(_ byte: UInt8) -> Bool {
        byte == ASCII.dot || byte == ASCII.dash || byte == ASCII.underscore
    }
}
