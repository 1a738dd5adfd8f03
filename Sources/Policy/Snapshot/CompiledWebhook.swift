public import Substrate

/// How one provider's deliveries prove themselves.
public struct CompiledWebhook: BitwiseCopyable, Sendable {
    public enum Provider: UInt8, BitwiseCopyable, Sendable { case whatsapp, genesys }

    /// `name`, or `tenant/name`, in `text`.
    public var name: ByteRange
    public var provider: Provider
    /// Owner, in `tenants`, or -1 for the mesh. A tenant's webhook proves that tenant only.
    public var tenantIndex: Int32 = -1
    /// The route template's parameter `channel` names the channel.
    public var channelFromPath = false
    /// The one channel that names this webhook, or -1 when none or several do.
    public var onlyChannel: Int32 = -1
    /// In the snapshot's secrets.
    var secrets = TableRange()
    /// In the snapshot's secret bytes; empty without one.
    var verifyToken = ByteRange()

    init(name: ByteRange, provider: Provider) {
        self.name = name
        self.provider = provider
    }
}
