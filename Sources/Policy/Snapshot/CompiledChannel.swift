public import Substrate

/// One external account.
public struct CompiledChannel: BitwiseCopyable, Sendable {
    /// The channel's name without its tenant, in `text`.
    public var name: ByteRange
    /// In `tenants`; a channel always has an owner.
    public var tenantIndex: Int32
    /// In `webhooks`, or -1 where the configuration names one that it does not hold.
    public var webhookIndex: Int32
    /// Genesys: the integration's id, in `text`.
    var integrationID = ByteRange()
    /// Genesys: in the snapshot's secrets.
    var secrets = TableRange()

    init(name: ByteRange, tenantIndex: Int32, webhookIndex: Int32) {
        self.name = name
        self.tenantIndex = tenantIndex
        self.webhookIndex = webhookIndex
    }
}
