import Glibc
import Substrate

/// Every table of a snapshot. One value at one address, owned by `PolicySnapshot`.
struct PolicyStorage {
    var listeners = FlatTable<CompiledListener>()
    var routes = FlatTable<CompiledRoute>()
    var services = FlatTable<CompiledService>()
    var endpoints = FlatTable<CompiledEndpoint>()
    var tenants = FlatTable<CompiledTenant>()
    var webhooks = FlatTable<CompiledWebhook>()
    var channels = FlatTable<CompiledChannel>()
    var headerOperations = FlatTable<HeaderOperation>()
    var backends = FlatTable<RouteBackend>()
    var steps = FlatTable<FilterStep>()
    var text = FlatTable<UInt8>()
    /// Lists of names, in `text`: SPIFFE IDs, parameters, methods.
    var names = FlatTable<ByteRange>()

    var router = Router()
    /// Scope: index in `tenants`, or -1 for the mesh.
    var serviceNames = KeyTable()
    /// Scope: 0.
    var tenantNames = KeyTable()
    /// Scope: `CompiledWebhook.Provider`. Value: index in `channels`.
    var channelIDs = KeyTable()
    /// Scope: index in `webhooks`. Value: index in `tenants`.
    var accountIDs = KeyTable()

    /// In `secretBytes`.
    var secrets = FlatTable<ByteRange>()
    var secretBytes = FlatTable<UInt8>()

    func deallocate() {
        listeners.deallocate()
        routes.deallocate()
        services.deallocate()
        endpoints.deallocate()
        tenants.deallocate()
        webhooks.deallocate()
        channels.deallocate()
        headerOperations.deallocate()
        backends.deallocate()
        steps.deallocate()
        text.deallocate()
        names.deallocate()
        router.deallocate()
        serviceNames.deallocate()
        tenantNames.deallocate()
        channelIDs.deallocate()
        accountIDs.deallocate()
        secrets.deallocate()
        // No secret outlives its configuration in freed memory; a plain loop could be optimised away.
        let whole = secretBytes.bytes(ByteRange(offset: 0, count: secretBytes.count))
        if let base = unsafe whole.unsafeBase {
            unsafe explicit_bzero(UnsafeMutableRawPointer(mutating: base), whole.count)
        }
        secretBytes.deallocate()
    }
}
