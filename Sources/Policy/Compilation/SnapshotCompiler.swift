import MeshModel
import Substrate

/// Builds a snapshot's tables, kind by kind in the order of `PolicySnapshot.compile`. On the configuration thread.
struct SnapshotCompiler {
    /// Most secrets that may be valid at once, for a webhook or a channel: each costs a MAC over every delivery.
    static var maxSecrets: Int { WebhookVerification.maxSecrets }

    let configuration: MeshConfiguration
    let identities: IdentityRegistry

    var text = TextPool()
    var listeners: [CompiledListener] = []
    var routes: [CompiledRoute] = []
    var services: [CompiledService] = []
    var endpoints: [CompiledEndpoint] = []
    var addresses: [MeshAddress] = []
    var tenants: [CompiledTenant] = []
    var webhooks: [CompiledWebhook] = []
    var channels: [CompiledChannel] = []
    var headerOperations: [HeaderOperation] = []
    var backends: [RouteBackend] = []
    var steps: [FilterStep] = []
    var names: [ByteRange] = []
    var secrets: [ByteRange] = []
    var secretBytes: [UInt8] = []
    var router = RouterCompiler()

    var tenantIndexes: [String: Int32] = [:]
    var serviceIndexes: [OwnedName: Int32] = [:]
    var webhookIndexes: [OwnedName: Int32] = [:]
    var applicationServices: [Int: Int32] = [:]
    var channelIDs: [(scope: Int32, key: ByteRange, value: Int32)] = []
    var accountIDs: [(scope: Int32, key: ByteRange, value: Int32)] = []

    init(configuration: MeshConfiguration, identities: IdentityRegistry) {
        self.configuration = configuration
        self.identities = identities
    }

    /// Index of the owner, -1 for the mesh.
    func tenantIndex(_ name: String?, of resource: ResourceName) throws(PolicyError) -> Int32 {
        guard let name else { return -1 }
        guard let index = tenantIndexes[name] else { throw PolicyError(resource, .unknownTenant(name)) }
        return index
    }

    /// What a resource of `tenant` means by a name: its tenant's own first, then the mesh's. -1 for nothing.
    func resolve(_ name: String, for tenant: String?, in indexes: [OwnedName: Int32]) -> Int32 {
        if let tenant, let own = indexes[OwnedName(tenant: tenant, name: name)] { return own }
        return indexes[OwnedName(tenant: nil, name: name)] ?? -1
    }

    mutating func internNames(_ list: [String]) -> TableRange {
        let start = names.count
        for name in list { names.append(text.intern(name)) }
        return TableRange(start: start, count: list.count)
    }

    consuming func finish(revision: UInt64) -> PolicySnapshot {
        var serviceKeys: [(scope: Int32, key: ByteRange, value: Int32)] = []
        for (name, index) in serviceIndexes {
            let scope = name.tenant.flatMap { tenantIndexes[$0] } ?? -1
            serviceKeys.append((scope, text.intern(name.name), index))
        }
        let tenantKeys = tenants.indices.map { (scope: Int32(0), key: tenants[$0].name, value: Int32($0)) }
        let routing = router.finish()
        let hostKeys = routing.hostKeys(text: &text)

        var storage = PolicyStorage()
        storage.text = FlatTable(text.bytes)
        let seed = identities.seed
        storage.router = routing.frozen(hostKeys: hostKeys, text: storage.text, seed: seed)
        storage.serviceNames = KeyTable(serviceKeys, text: storage.text, seed: seed)
        storage.tenantNames = KeyTable(tenantKeys, text: storage.text, seed: seed)
        storage.channelIDs = KeyTable(channelIDs, text: storage.text, seed: seed)
        storage.accountIDs = KeyTable(accountIDs, text: storage.text, seed: seed)
        storage.listeners = FlatTable(listeners)
        storage.routes = FlatTable(routes)
        storage.services = FlatTable(services)
        storage.endpoints = FlatTable(endpoints)
        storage.tenants = FlatTable(tenants)
        storage.webhooks = FlatTable(webhooks)
        storage.channels = FlatTable(channels)
        storage.headerOperations = FlatTable(headerOperations)
        storage.backends = FlatTable(backends)
        storage.steps = FlatTable(steps)
        storage.names = FlatTable(names)
        storage.secrets = FlatTable(secrets)
        storage.secretBytes = FlatTable(secretBytes)
        return PolicySnapshot(storage: storage, addresses: addresses, revision: revision)
    }
}
