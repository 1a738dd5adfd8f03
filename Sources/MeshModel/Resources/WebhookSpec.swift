/// How deliveries of one provider prove themselves.
public struct WebhookSpec: Sendable, Equatable {
    public enum ChannelSource: String, Sendable, CaseIterable {
        /// The payload names the channel.
        case body
        /// The route template's parameter `channel` does; the payload must agree.
        case path = "path.channel"
    }

    public var provider: ChannelSpec.Provider
    /// Any one may match. WhatsApp: the app's secrets. Genesys: secrets are the channels' own.
    public var secrets: [SecretSource] = []
    /// WhatsApp: the token of the GET handshake.
    public var verifyToken: SecretSource?
    public var channelFrom = ChannelSource.body

    public init(provider: ChannelSpec.Provider) { self.provider = provider }
}
