public import MeshModel
import Substrate

/// Where spans are sent: `http://IPv4:port[/path]` or `http://[IPv6]:port[/path]`.
public struct CollectorURL: Sendable, Equatable {
    /// OTLP/HTTP's own path for traces.
    public static let defaultPath = "/v1/traces"
    public static let maxPathBytes = 1024

    public let address: MeshAddress
    public let path: String

    /// What is wrong with the text, and what would be right.
    public struct Refusal: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    public init(parsing text: String) throws(Refusal) {
        let scheme = "http://"
        guard !text.lowercased().hasPrefix("https://") else {
            throw Refusal(
                description: "https is not in this version: name a collector or an agent of it on this host, "
                    + "as http://127.0.0.1:4318")
        }
        guard text.hasPrefix(scheme) else {
            throw Refusal(description: "it must begin with http://, as http://127.0.0.1:4318")
        }
        let rest = text.dropFirst(scheme.count)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        do {
            address = try MeshAddress(parsing: String(rest[..<slash]))
        } catch {
            throw Refusal(description: "\(error)")
        }
        switch address {
        case .ipv4(_, port: 0), .ipv6(_, port: 0): throw Refusal(description: "port 0 is nobody's")
        case .unix: throw Refusal(description: "a Unix socket cannot be a collector; use http://IPv4:port")
        case .ipv4, .ipv6: break
        }
        let path = String(rest[slash...])
        // OTLP/HTTP appends the path to a base without one.
        self.path = path.isEmpty || path == "/" ? Self.defaultPath : path
        guard path.utf8.count <= Self.maxPathBytes,
            path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != ASCII.question && $0 != ASCII.hash })
        else {
            throw Refusal(
                description: "its path must be at most \(Self.maxPathBytes) visible ASCII characters, "
                    + "without a query or a fragment")
        }
    }
}
