/// Something that requests are sent to.
public struct ServiceSpec: Sendable, Equatable {
    public enum WireProtocol: String, Sendable, CaseIterable { case http1 }
    public enum Balancing: String, Sendable, CaseIterable { case peakEWMA, roundRobin }

    public struct Endpoint: Sendable, Equatable {
        public var address: MeshAddress
        /// Share of the traffic, relative to the other endpoints. 1…1000, default 1.
        public var weight = 1

        public init(address: MeshAddress) { self.address = address }
    }

    public struct Pool: Sendable, Equatable {
        /// A pooled connection idle for longer is closed. Default 3 s: below every common server's own idle timeout.
        public var idleTimeout = TimeSpan.seconds(3)
        /// Most idle connections kept, each worker and endpoint. Default 256.
        public var maxIdle = 256

        public init() {}
    }

    public var `protocol` = WireProtocol.http1
    public var endpoints: [Endpoint] = []
    public var balancing = Balancing.peakEWMA
    public var connectTimeout = TimeSpan.seconds(1)
    public var pool = Pool()
    public var tls: ClientTLSSpec?

    public init() {}
}
