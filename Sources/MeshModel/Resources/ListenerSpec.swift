/// Where this process accepts connections, and in which role.
public struct ListenerSpec: Sendable, Equatable {
    public enum Role: String, Sendable, CaseIterable { case edge, inbound, outbound }

    /// The local service behind an inbound listener.
    public struct Application: Sendable, Equatable {
        public var address: MeshAddress
        public var `protocol` = ServiceSpec.WireProtocol.http1

        public init(address: MeshAddress) { self.address = address }
    }

    /// What is believed, recorded and told of traces.
    public struct Tracing: Sendable, Equatable {
        /// From whom a trace is taken on.
        public enum Accept: String, Sendable, CaseIterable {
            /// Services of the mesh that their certificate proves.
            case verified
            /// Every client: for a listener behind a proxy that cleans what strangers send.
            case any
        }

        public enum Format: String, Sendable, CaseIterable { case w3c, b3, b3multi }

        /// Share of traces begun here that are exported. Who continues a trace follows its decision. Default 1 %.
        public var sample = Share.percent(1)
        public var accept = Accept.verified
        /// How the endpoint is told; `w3c` always is.
        public var propagate: [Format] = [.w3c]

        public init() {}
    }

    /// The least that a client must send of a body, or take of an answer, while it alone is waited for.
    public struct MinimumProgress: Sendable, Equatable {
        /// In each window; 0 turns the rule off. Default 2 KiB.
        public var bytes: UInt64 = 2_048
        /// Default 10 s.
        public var window = TimeSpan.seconds(10)

        public init() {}
    }

    public var role: Role
    public var address: MeshAddress
    public var tls: ServerTLSSpec?
    /// Inbound and outbound: the local service.
    public var service: String?
    /// Inbound: where that service listens.
    public var application: Application?
    /// Inbound, in files: SPIFFE IDs of peers that may assert `x-outrigger-tenant` here.
    public var tenantFrom: [String] = []
    /// Proxies in front that append to `X-Forwarded-For`; the client's address is that many hops from the right.
    public var trustedHops = 0
    public var accessLog: AccessLogSpec?
    public var tracing = Tracing()
    /// Time in which a client must send a whole request head; also from accept to the first byte. Default 10 s.
    public var headTimeout = TimeSpan.seconds(10)
    /// Time that a keep-alive connection may stand idle. Default 60 s.
    public var idleTimeout = TimeSpan.seconds(60)
    /// Who sends or reads next to nothing is cut off: 408 while a body is awaited, a reset in the middle of an answer.
    public var minimumProgress = MinimumProgress()

    public init(role: Role, address: MeshAddress) {
        self.role = role
        self.address = address
    }
}
