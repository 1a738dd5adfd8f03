public import Substrate

/// A view of a snapshot's tables: one address, copied freely, no reference count.
///
/// Valid while the `PolicySnapshot` that it came from lives; whoever keeps the view pins the snapshot.
@safe public struct PolicyTables {
    private let storage: UnsafeMutablePointer<PolicyStorage>

    init(storage: UnsafeMutablePointer<PolicyStorage>) { unsafe self.storage = storage }

    /// In the order of `MeshConfiguration.listeners`.
    public var listeners: FlatTable<CompiledListener> { unsafe storage.pointee.listeners }
    /// In the order of `MeshConfiguration.routes`, then the implicit ones of inbound and outbound listeners.
    public var routes: FlatTable<CompiledRoute> { unsafe storage.pointee.routes }
    /// In the order of `MeshConfiguration.services`, then the applications behind inbound listeners.
    public var services: FlatTable<CompiledService> { unsafe storage.pointee.services }
    public var endpoints: FlatTable<CompiledEndpoint> { unsafe storage.pointee.endpoints }
    /// In the order of `MeshConfiguration.tenants`.
    public var tenants: FlatTable<CompiledTenant> { unsafe storage.pointee.tenants }
    /// In the order of `MeshConfiguration.webhooks`.
    public var webhooks: FlatTable<CompiledWebhook> { unsafe storage.pointee.webhooks }
    /// In the order of `MeshConfiguration.channels`.
    public var channels: FlatTable<CompiledChannel> { unsafe storage.pointee.channels }
    public var headerOperations: FlatTable<HeaderOperation> { unsafe storage.pointee.headerOperations }
    public var backends: FlatTable<RouteBackend> { unsafe storage.pointee.backends }
    public var steps: FlatTable<FilterStep> { unsafe storage.pointee.steps }
    /// What the other tables' ranges of text lie in.
    public var text: FlatTable<UInt8> { unsafe storage.pointee.text }

    var names: FlatTable<ByteRange> { unsafe storage.pointee.names }
    var serviceNames: KeyTable { unsafe storage.pointee.serviceNames }
    var tenantNames: KeyTable { unsafe storage.pointee.tenantNames }
    var channelIDs: KeyTable { unsafe storage.pointee.channelIDs }
    var accountIDs: KeyTable { unsafe storage.pointee.accountIDs }
    var secrets: FlatTable<ByteRange> { unsafe storage.pointee.secrets }
    var secretBytes: FlatTable<UInt8> { unsafe storage.pointee.secretBytes }

    /// Read in place: copying all of it would cost more than a lookup.
    var router: Router {
        unsafeAddress { unsafe UnsafePointer(storage.pointer(to: \.router).unsafelyUnwrapped) }
    }
}
