/// Where this process accepts connections, and in which role.
public struct ListenerSpec: Sendable, Equatable {
    public enum Role: String, Sendable, CaseIterable { case edge, inbound, outbound }

    /// The local service behind an inbound listener.
    public struct Application: Sendable, Equatable {
        public var address: MeshAddress
        public var `protocol` = ServiceSpec.WireProtocol.http1

        public init(address: MeshAddress) { self.address = address }
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
    /// Time in which a client must send a whole request head; also from accept to the first byte. Default 10 s.
    public var headTimeout = TimeSpan.seconds(10)
    /// Time that a keep-alive connection may stand idle. Default 60 s.
    public var idleTimeout = TimeSpan.seconds(60)

    public init(role: Role, address: MeshAddress) {
        self.role = role
        self.address = address
    }
}
