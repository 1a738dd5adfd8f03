extension ChannelSpec {
    static let fieldNames = [
        "provider", "phoneNumberId", "businessAccountId", "integrationId", "webhook", "verify",
    ]
    static let laterFieldNames = ["peer", "sending", "credential"]

    init?(decoding fields: FieldReader) {
        fields.require("provider", hint: "provider: whatsapp, or provider: genesys")
        fields.require("webhook", hint: "the Webhook that this account's deliveries arrive at")
        let provider = fields.choice("provider", of: Provider.self)
        let phoneNumberId = fields.text("phoneNumberId")
        let businessAccountId = fields.text("businessAccountId")
        let integrationId = fields.text("integrationId")
        let webhook = fields.text("webhook")
        let verify = fields.object("verify", known: ["secrets"])
        let secrets = verify?.secrets("secrets")
        guard let provider else { return nil }
        let foreign: [String]
        switch provider {
        case .whatsapp:
            foreign = ["integrationId", "verify"]
            if !fields.has("phoneNumberId"), !fields.has("businessAccountId") {
                fields.refuse(
                    "phoneNumberId", because: "is missing", hint: "the payload names the channel by it")
            }
        case .genesys:
            foreign = ["phoneNumberId", "businessAccountId"]
            fields.require("integrationId", hint: "the Open Messaging integration's id")
            fields.require("verify", hint: "verify: { secrets: [ { file: … } ] }")
            verify?.require("secrets", hint: "secrets: [ { file: … } ]")
            if let secrets, secrets.isEmpty {
                verify?.refuse(
                    "secrets", because: "is empty: nothing could be verified", hint: "list at least one")
            }
        }
        for name in foreign where fields.has(name) {
            let other = provider == .whatsapp ? Provider.genesys : .whatsapp
            fields.refuse(
                .field(name), atKey: true, because: "belongs to provider \(other.rawValue)",
                hint: name == "verify" ? "WhatsApp's secrets are the Webhook's" : nil)
        }
        guard let webhook else { return nil }
        self.init(provider: provider, webhook: webhook)
        self.phoneNumberId = phoneNumberId
        self.businessAccountId = businessAccountId
        self.integrationId = integrationId
        verifySecrets = secrets ?? []
    }
}
