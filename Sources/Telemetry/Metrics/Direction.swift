/// Which side of this process something happened on; the values of the label `direction`.
public enum Direction: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Requests from outside the mesh.
    case edge
    /// Requests from other sidecars to the local service.
    case inbound
    /// Requests from the local service to other services.
    case outbound
    /// Connections and attempts that this process itself makes.
    case upstream

    public var label: OpenText {
        switch self {
        case .edge: "edge"
        case .inbound: "inbound"
        case .outbound: "outbound"
        case .upstream: "upstream"
        }
    }
}
