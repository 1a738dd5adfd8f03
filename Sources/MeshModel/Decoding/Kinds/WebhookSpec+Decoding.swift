extension WebhookSpec {
    static let fieldNames = ["provider", "secrets", "verifyToken", "channelFrom"]
    static let laterFieldNames = ["sources", "clientCertificateName", "replay", "unmapped"]

    init?(decoding fields: FieldReader) {
        fields.require("provider", hint: "provider: whatsapp, or provider: genesys")
        let provider = fields.choice("provider", of: ChannelSpec.Provider.self)
        let secrets = fields.secrets("secrets")
        let token = fields.node("verifyToken").flatMap { fields.secret($0, at: ["verifyToken"]) }
        let channelFrom = fields.choice("channelFrom", of: ChannelSource.self)
        guard let provider else { return nil }
        switch provider {
        case .whatsapp:
            fields.require("secrets", hint: "the app's secret, as secrets: [ { file: … } ]")
            if let secrets, secrets.isEmpty {
                fields.refuse(
                    "secrets", because: "is empty: nothing could be verified", hint: "list at least one")
            }
            if channelFrom == .path {
                fields.refuse(
                    "channelFrom", because: "'path.channel' belongs to provider genesys",
                    hint: "WhatsApp's payload names the channel: leave it out")
            }
        case .genesys:
            if fields.has("secrets") {
                fields.refuse(
                    "secrets", atKey: true, because: "belongs to provider whatsapp",
                    hint: "Genesys secrets are the Channel's own: verify: { secrets: [ … ] }")
            }
            if fields.has("verifyToken") {
                fields.refuse(
                    "verifyToken", atKey: true, because: "belongs to provider whatsapp",
                    hint: "Genesys has no handshake: leave it out")
            }
        }
        self.init(provider: provider)
        self.secrets = secrets ?? []
        verifyToken = token
        if let channelFrom { self.channelFrom = channelFrom }
    }
}
