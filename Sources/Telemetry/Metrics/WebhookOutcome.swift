/// How a webhook request ended; the values of the label `outcome` of `outrigger_webhooks_total`.
///
/// Which rule refused it is in `outrigger_refusals_total`.
public enum WebhookOutcome: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Signed, mapped to a tenant and handed on.
    case accepted
    /// The provider's verification GET was answered.
    case handshake
    case refusedSignature
    case refusedTenant
    case refusedBody
    case refusedOther

    public var label: OpenText {
        switch self {
        case .accepted: "accepted"
        case .handshake: "handshake"
        case .refusedSignature: "refused_signature"
        case .refusedTenant: "refused_tenant"
        case .refusedBody: "refused_body"
        case .refusedOther: "refused_other"
        }
    }
}
