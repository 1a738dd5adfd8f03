public import Substrate

/// Something that requests are sent to.
public struct CompiledService: BitwiseCopyable, Sendable {
    public enum Balancing: UInt8, BitwiseCopyable, Sendable { case peakEWMA, roundRobin }

    /// From `IdentityRegistry`.
    public var id: UInt32
    /// `name`, or `tenant/name`, in `text`.
    public var name = ByteRange()
    /// In `tenants`, or -1 for the mesh.
    public var tenantIndex: Int32 = -1
    /// In `endpoints`.
    public var endpoints = TableRange()
    public var balancing = Balancing.peakEWMA
    /// All endpoints have one weight, so that a draw needs no search.
    public var hasEqualWeights = true
    /// Sum of the endpoints' weights.
    public var totalWeight: UInt32 = 0
    public var connectTimeoutNanoseconds: UInt64 = 0
    public var poolIdleNanoseconds: UInt64 = 0
    /// Idle connections kept, each worker and endpoint.
    public var maxIdle: UInt32 = 0
    /// Index in `MeshConfiguration.services`, by which TLS contexts are kept; -1 for an inbound listener's
    /// application, which is reached in plaintext.
    public var configurationIndex: Int32 = -1
    /// Index in `MeshConfiguration.listeners` of the inbound listener that this service stands behind, or -1.
    public var listenerIndex: Int32 = -1

    init(id: UInt32) { self.id = id }
}
