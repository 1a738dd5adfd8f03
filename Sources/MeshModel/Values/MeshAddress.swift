/// An address as resources write it: `IPv4:port`, `[IPv6]:port` or `unix:/path`. Host names wait for the resolver.
public enum MeshAddress: Sendable, Equatable, Hashable, CustomStringConvertible {
    /// Octets in network order.
    case ipv4([UInt8], port: UInt16)
    case ipv6([UInt8], port: UInt16)
    case unix(path: String)

    public var description: String {
        switch self {
        case .ipv4(let octets, let port): octets.map { String($0) }.joined(separator: ".") + ":\(port)"
        case .ipv6(let octets, let port):
            "["
                + stride(from: 0, to: 16, by: 2)
                .map { String(UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]), radix: 16) }
                .joined(separator: ":") + "]:\(port)"
        case .unix(let path): "unix:" + path
        }
    }
}
