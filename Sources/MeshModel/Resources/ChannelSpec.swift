/// One external account of a tenant.
public struct ChannelSpec: Sendable, Equatable {
    public enum Provider: String, Sendable, CaseIterable { case whatsapp, genesys }

    public var provider: Provider
    /// WhatsApp: the business number's id, unique mesh-wide.
    public var phoneNumberId: String?
    /// WhatsApp: the account's id; shared by channels of one tenant only.
    public var businessAccountId: String?
    /// Genesys: the Open Messaging integration's id, unique mesh-wide.
    public var integrationId: String?
    /// The `Webhook` that this account's deliveries arrive at.
    public var webhook: String
    /// Genesys: the integration's own secrets.
    public var verifySecrets: [SecretSource] = []

    public init(provider: Provider, webhook: String) {
        self.provider = provider
        self.webhook = webhook
    }
}
