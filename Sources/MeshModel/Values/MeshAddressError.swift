/// Why a text is not an address.
public enum MeshAddressError: Error, Equatable, CustomStringConvertible {
    case missingPort
    case port
    case hostName
    case ipv4
    case ipv6
    case zone
    case unixPathNotAbsolute
    case unixPathTooLong
    case unixPathNUL

    public var description: String {
        switch self {
        case .missingPort: "has no port"
        case .port: "has a port that is not a number from 0 to 65535"
        case .hostName: "names a host, and host names wait for the resolver"
        case .ipv4: "is not an IPv4 address: four numbers from 0 to 255 without leading zeros"
        case .ipv6: "is not an IPv6 address in brackets"
        case .zone: "has an IPv6 zone, which means something else on every machine"
        case .unixPathNotAbsolute: "names a Unix socket without an absolute path"
        case .unixPathTooLong: "names a Unix socket longer than \(MeshAddress.maxUnixPathBytes) bytes"
        case .unixPathNUL: "has a NUL in its path"
        }
    }

    /// What would be right.
    public var hint: String {
        switch self {
        case .hostName: "write an IP address, as 10.0.0.7:8080"
        case .unixPathNotAbsolute, .unixPathTooLong, .unixPathNUL: "write unix:/run/app.sock"
        default: "write 127.0.0.1:8080, [::1]:8080 or unix:/run/app.sock"
        }
    }
}
