/// One address of a service. The address itself is `PolicySnapshot.addresses` at the same index.
public struct CompiledEndpoint: BitwiseCopyable, Sendable {
    /// From `IdentityRegistry`.
    public var id: UInt32
    /// In `services`.
    public var serviceIndex: Int32
    /// Share of the traffic, at least 1.
    public var weight: UInt32
    /// Weights of this endpoint and of those before it in its service.
    public var cumulativeWeight: UInt32
}
