import Substrate

extension MeshAddress {
    /// `sun_path` is 108 bytes with its NUL (unix(7)).
    public static let maxUnixPathBytes = 107

    /// `IPv4:port`, `[IPv6]:port` in every form of RFC 4291 §2.2, or `unix:/path`.
    public init(parsing text: String) throws(MeshAddressError) {
        let bytes = Array(text.utf8)
        if bytes.starts(with: Array("unix:".utf8)) {
            let path = bytes[5...]
            guard path.first == ASCII.slash else { throw .unixPathNotAbsolute }
            guard path.count <= Self.maxUnixPathBytes else { throw .unixPathTooLong }
            guard !path.contains(0) else { throw .unixPathNUL }
            self = .unix(path: String(decoding: path, as: UTF8.self))
            return
        }
        if bytes.first == ASCII.openBracket {
            guard let close = bytes.firstIndex(of: ASCII.closeBracket) else { throw .ipv6 }
            let inside = bytes[1..<close]
            guard !inside.contains(ASCII.percent) else { throw .zone }
            guard let octets = IPOctets.ipv6(inside) else { throw .ipv6 }
            let rest = bytes[(close + 1)...]
            guard rest.first == ASCII.colon else { throw .missingPort }
            self = .ipv6(octets, port: try Self.port(rest.dropFirst()))
            return
        }
        guard let colon = bytes.lastIndex(of: ASCII.colon) else {
            throw IPOctets.looksNumeric(bytes[...]) ? .missingPort : .hostName
        }
        let host = bytes[..<colon]
        guard let octets = IPOctets.ipv4(host) else {
            if host.contains(ASCII.colon) { throw .ipv6 }
            throw IPOctets.looksNumeric(host) ? .ipv4 : .hostName
        }
        self = .ipv4(octets, port: try Self.port(bytes[(colon + 1)...]))
    }

    private static func port(_ digits: ArraySlice<UInt8>) throws(MeshAddressError) -> UInt16 {
        guard let value = IPOctets.decimal(digits, maxDigits: 5), value <= 65_535 else { throw .port }
        return UInt16(value)
    }
}
