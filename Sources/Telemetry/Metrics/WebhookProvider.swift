/// Whose webhook; the values of the label `provider` of `outrigger_webhooks_total`.
public enum WebhookProvider: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case whatsapp, genesys

    public var label: OpenText {
        switch self {
        case .whatsapp: "whatsapp"
        case .genesys: "genesys"
        }
    }
}
