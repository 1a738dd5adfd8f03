import Substrate

/// A CIDR block: `10.0.0.0/8`, `fd00::/8`.
public struct AddressBlock: Sendable, Hashable, CustomStringConvertible {
    /// Four or sixteen octets in network order; the bits past `prefixLength` are zero.
    public let octets: [UInt8]
    public let prefixLength: Int
    private let text: String

    public var description: String { text }

    /// Nil unless it is an address, a slash and a prefix length, with no bit set past the prefix.
    public init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard let slash = bytes.firstIndex(of: ASCII.slash) else { return nil }
        let host = bytes[..<slash]
        guard let octets = IPOctets.ipv4(host) ?? IPOctets.ipv6(host) else { return nil }
        guard let length = IPOctets.decimal(bytes[(slash + 1)...], maxDigits: 3), length <= octets.count * 8
        else { return nil }
        self.octets = octets
        prefixLength = length
        self.text = text
        for bit in length..<(octets.count * 8) where octets[bit / 8] & (0x80 >> UInt8(bit % 8)) != 0 {
            return nil
        }
    }

    /// Whether `candidate` (four or sixteen octets) lies in the block. An IPv4-mapped IPv6 address is judged as the
    /// IPv4 address that a connect would reach.
    public func contains(_ candidate: [UInt8]) -> Bool {
        let candidate = Self.unmapped(candidate)
        guard candidate.count == octets.count else { return false }
        for bit in 0..<prefixLength {
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            if (octets[bit / 8] ^ candidate[bit / 8]) & mask != 0 { return false }
        }
        return true
    }

    /// `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2) as its four octets; anything else unchanged.
    static func unmapped(_ octets: [UInt8]) -> [UInt8] {
        guard octets.count == 16, octets[..<10].allSatisfy({ $0 == 0 }), octets[10] == 0xFF,
            octets[11] == 0xFF
        else { return octets }
        return Array(octets[12...])
    }
}
