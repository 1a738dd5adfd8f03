public import Substrate

/// One tenant.
public struct CompiledTenant: BitwiseCopyable, Sendable {
    /// From `IdentityRegistry`.
    public var id: UInt32
    /// In `text`.
    public var name: ByteRange
    public var isEnabled: Bool
}
