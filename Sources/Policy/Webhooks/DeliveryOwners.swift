import Substrate

/// Whose items a WhatsApp delivery holds, as far as it was read.
struct DeliveryOwners {
    var tenant: Int32 = -1
    /// The channel of all items so far; -1 before the first.
    var channel: Int32 = -1
    var isOneChannel = true

    mutating func add(tenant found: Int32, channel other: Int32) -> ReasonCode {
        if tenant >= 0, tenant != found { return .webhookBatchMixed }
        if tenant >= 0, channel != other { isOneChannel = false }
        tenant = found
        channel = other
        return .none
    }
}
