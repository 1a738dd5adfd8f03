import MeshModel
import Substrate

extension SnapshotCompiler {
    mutating func compileWebhooks(secrets read: (SecretSource) throws -> [UInt8]) throws(PolicyError) {
        for (index, webhook) in configuration.webhooks.enumerated() {
            let resource = ResourceName(kind: .webhook, tenant: webhook.tenant, name: webhook.name)
            let name = OwnedName(tenant: webhook.tenant, name: webhook.name)
            var compiled = CompiledWebhook(
                name: text.intern(name.text), provider: Self.provider(webhook.spec.provider))
            compiled.tenantIndex = try tenantIndex(webhook.tenant, of: resource)
            compiled.channelFromPath = webhook.spec.channelFrom == .path
            compiled.secrets = try keep(webhook.spec.secrets, of: resource, read: read)
            if let token = webhook.spec.verifyToken {
                compiled.verifyToken = try keep(token, of: resource, read: read)
            }
            webhookIndexes[name] = Int32(index)
            webhooks.append(compiled)
        }
    }

    mutating func compileChannels(secrets read: (SecretSource) throws -> [UInt8]) throws(PolicyError) {
        var externalIDs: Set<ExternalID> = []
        var accountOwners: [String: Int32] = [:]
        var accounts: Set<ExternalID> = []
        var channelCounts = [Int](repeating: 0, count: webhooks.count)
        for (index, channel) in configuration.channels.enumerated() {
            let resource = ResourceName(kind: .channel, tenant: channel.tenant, name: channel.name)
            let spec = channel.spec
            let tenant = try tenantIndex(channel.tenant, of: resource)
            guard tenant >= 0 else { throw PolicyError(resource, .unknownTenant("")) }
            let webhook = resolve(spec.webhook, for: channel.tenant, in: webhookIndexes)
            var compiled = CompiledChannel(
                name: text.intern(channel.name), tenantIndex: tenant, webhookIndex: webhook)
            let provider = Int32(Self.provider(spec.provider).rawValue)
            let external = spec.provider == .whatsapp ? spec.phoneNumberId : spec.integrationId
            if let external {
                guard externalIDs.insert(ExternalID(scope: provider, id: external)).inserted else {
                    throw PolicyError(resource, .externalIDTaken(external))
                }
                channelIDs.append((provider, text.intern(external), Int32(index)))
            }
            switch spec.provider {
            case .genesys:
                if let external { compiled.integrationID = text.intern(external) }
                compiled.secrets = try keep(spec.verifySecrets, of: resource, read: read)
            case .whatsapp:
                guard let account = spec.businessAccountId else { break }
                guard accountOwners[account, default: tenant] == tenant else {
                    throw PolicyError(resource, .externalIDTaken(account))
                }
                accountOwners[account] = tenant
                if webhook >= 0, accounts.insert(ExternalID(scope: webhook, id: account)).inserted {
                    accountIDs.append((webhook, text.intern(account), tenant))
                }
            }
            if webhook >= 0 {
                channelCounts[Int(webhook)] += 1
                webhooks[Int(webhook)].onlyChannel = channelCounts[Int(webhook)] == 1 ? Int32(index) : -1
            }
            channels.append(compiled)
        }
    }

    private struct ExternalID: Hashable {
        var scope: Int32
        var id: String
    }

    private static func provider(_ provider: ChannelSpec.Provider) -> CompiledWebhook.Provider {
        switch provider {
        case .whatsapp: .whatsapp
        case .genesys: .genesys
        }
    }

    private mutating func keep(
        _ sources: [SecretSource], of resource: ResourceName, read: (SecretSource) throws -> [UInt8]
    ) throws(PolicyError) -> TableRange {
        guard sources.count <= Self.maxSecrets else {
            throw PolicyError(resource, .tooManySecrets(limit: Self.maxSecrets))
        }
        let start = secrets.count
        for source in sources { secrets.append(try keep(source, of: resource, read: read)) }
        return TableRange(start: start, count: sources.count)
    }

    private mutating func keep(
        _ source: SecretSource, of resource: ResourceName, read: (SecretSource) throws -> [UInt8]
    ) throws(PolicyError) -> ByteRange {
        let bytes: [UInt8]
        do { bytes = try read(source) } catch {
            throw PolicyError(resource, .secretUnavailable("\(error)"))
        }
        guard !bytes.isEmpty else { throw PolicyError(resource, .emptySecret) }
        let range = ByteRange(offset: secretBytes.count, count: bytes.count)
        secretBytes.append(contentsOf: bytes)
        return range
    }
}
