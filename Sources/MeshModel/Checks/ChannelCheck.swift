/// An external account belongs to one channel, and its webhook is of its provider.
struct ChannelCheck {
    let draft: Draft
    let scope: ReferenceScope
    let report: ProblemReport

    private struct Account: Hashable {
        var provider: ChannelSpec.Provider
        var id: String
    }

    func run() {
        checkAccounts("phoneNumberId", \.phoneNumberId) { _, _ in true }
        checkAccounts("integrationId", \.integrationId) { _, _ in true }
        checkAccounts("businessAccountId", \.businessAccountId) { $0.tenant != $1.tenant }
        checkWebhooks()
    }

    private func checkAccounts(
        _ field: String, _ id: (ChannelSpec) -> String?,
        contradict: (Draft.Placed<ChannelSpec>, Draft.Placed<ChannelSpec>) -> Bool
    ) {
        var first: [Account: Draft.Placed<ChannelSpec>] = [:]
        for channel in draft.channels {
            guard let id = id(channel.spec) else { continue }
            let account = Account(provider: channel.spec.provider, id: id)
            guard let other = first[account] else {
                first[account] = channel
                continue
            }
            guard contradict(channel, other) else { continue }
            report.add(
                channel.document, ["spec", .field(field)],
                "is also that of Channel \(other.tenant.map { $0 + "/" } ?? "")\(other.name) (\(other.document.place))",
                hint: field == "businessAccountId"
                    ? "channels of one tenant may share it, tenants may not"
                    : "an account has one channel, mesh-wide")
        }
    }

    private func checkWebhooks() {
        var webhooks: [ResourceName: WebhookSpec] = [:]
        for webhook in draft.webhooks {
            webhooks[ResourceName(kind: .webhook, tenant: webhook.tenant, name: webhook.name)] = webhook.spec
        }
        var firstInBody: [ResourceName: Draft.Placed<ChannelSpec>] = [:]
        for channel in draft.channels {
            let path: [PathStep] = ["spec", "webhook"]
            guard
                let name = scope.require(
                    .webhook, channel.spec.webhook, from: channel.tenant, at: path, in: channel.document),
                let webhook = webhooks[name]
            else { continue }
            if webhook.provider != channel.spec.provider {
                report.add(
                    channel.document, path,
                    "names Webhook \(Quoted.text(name.name)) of provider \(webhook.provider.rawValue), the channel's is \(channel.spec.provider.rawValue)",
                    hint: "both must be of one provider")
            } else if webhook.provider == .genesys, webhook.channelFrom == .body {
                // The secret is the channel's, so the channel must be known before the body can be believed.
                if let other = firstInBody[name] {
                    report.add(
                        channel.document, path,
                        "names Webhook \(Quoted.text(name.name)), which Channel \(Quoted.text(other.name)) uses too (\(other.document.place))",
                        hint: "give the webhook channelFrom: path.channel")
                } else {
                    firstInBody[name] = channel
                }
            }
        }
    }
}
