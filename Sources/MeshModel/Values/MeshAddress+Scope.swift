extension MeshAddress {
    /// Octets with IPv4-mapped IPv6 taken as IPv4; nil for a Unix socket.
    var reachedOctets: [UInt8]? {
        switch self {
        case .ipv4(let octets, _): octets
        case .ipv6(let octets, _): AddressBlock.unmapped(octets)
        case .unix: nil
        }
    }

    var port: UInt16? {
        switch self {
        case .ipv4(_, let port), .ipv6(_, let port): port
        case .unix: nil
        }
    }

    /// `0.0.0.0` and `::`: every address for a listener, this machine for a client.
    var isUnspecified: Bool { reachedOctets?.allSatisfy { $0 == 0 } ?? false }

    /// 127.0.0.0/8 (RFC 1122 §3.2.1.3) and `::1` (RFC 4291 §2.5.3).
    var isLoopback: Bool {
        guard let octets = reachedOctets else { return false }
        return octets.count == 4 ? octets[0] == 127 : octets[..<15].allSatisfy { $0 == 0 } && octets[15] == 1
    }

    /// 169.254.0.0/16 (RFC 3927), where clouds keep their metadata, and fe80::/10 (RFC 4291 §2.5.6).
    var isLinkLocal: Bool {
        guard let octets = reachedOctets else { return false }
        return octets.count == 4
            ? octets[0] == 169 && octets[1] == 254 : octets[0] == 0xFE && octets[1] & 0xC0 == 0x80
    }

    /// Whether a connection to `self` would arrive at a socket that listens on `listener`.
    func reaches(listener: MeshAddress) -> Bool {
        switch (self, listener) {
        case (.unix(let own), .unix(let other)): return own == other
        case (.unix, _), (_, .unix): return false
        default: break
        }
        guard let port, port != 0, port == listener.port else { return false }
        if reachedOctets == listener.reachedOctets { return true }
        return listener.isUnspecified && (isLoopback || isUnspecified)
    }

    /// Whether two listeners cannot both be bound: same address, or same port where one takes every address of the
    /// family. Port 0 asks the kernel for a free one and collides with nothing.
    func collides(with other: MeshAddress) -> Bool {
        switch (self, other) {
        case (.unix(let own), .unix(let path)): return own == path
        case (.unix, _), (_, .unix): return false
        default: break
        }
        guard let port, port != 0, port == other.port else { return false }
        if reachedOctets == other.reachedOctets { return true }
        return reachedOctets?.count == other.reachedOctets?.count && (isUnspecified || other.isUnspecified)
    }
}
