import MeshModel

extension MeshConfiguration {
    mutating func addWebhook(
        _ name: String, tenant: String? = nil, provider: ChannelSpec.Provider = .whatsapp,
        change: (inout WebhookSpec) -> Void
    ) {
        var spec = WebhookSpec(provider: provider)
        change(&spec)
        webhooks.append(Resource(tenant: tenant, name: name, spec: spec))
    }

    mutating func addWhatsApp(
        _ name: String, tenant: String, phone: String? = nil, account: String? = nil, webhook: String = "meta"
    ) {
        var spec = ChannelSpec(provider: .whatsapp, webhook: webhook)
        spec.phoneNumberId = phone
        spec.businessAccountId = account
        channels.append(Resource(tenant: tenant, name: name, spec: spec))
    }

    mutating func addGenesys(_ name: String, tenant: String, id: String, webhook: String, secrets: [String]) {
        var spec = ChannelSpec(provider: .genesys, webhook: webhook)
        spec.integrationId = id
        spec.verifySecrets = secrets.map { .value($0) }
        channels.append(Resource(tenant: tenant, name: name, spec: spec))
    }
}
