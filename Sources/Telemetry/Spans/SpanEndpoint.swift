/// A configured endpoint as `server.address` and `server.port` name it.
public struct SpanEndpoint: Sendable, Equatable {
    /// An address without brackets, or a Unix socket's path.
    public let address: OpenName
    /// Nil for a Unix socket.
    public let port: UInt16?

    /// - Parameter endpoint: `IPv4:port`, `[IPv6]:port` or `unix:/path`.
    public init(_ endpoint: OpenName) {
        let unix = "unix:"
        var host = endpoint.text[...]
        var port: UInt16?
        if host.hasPrefix(unix) {
            host = host.dropFirst(unix.utf8.count)
        } else if let colon = host.lastIndex(of: ":") {
            port = UInt16(host[host.index(after: colon)...])
            host = host[..<colon]
            if host.hasPrefix("[") { host = host.dropFirst().dropLast() }
        }
        address = OpenName(configured: String(host))
        self.port = port
    }
}
