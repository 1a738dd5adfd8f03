/// Kinds that this version reads. A later kind is refused by name, never ignored.
public enum ResourceKind: String, Sendable, CaseIterable {
    case listener = "Listener"
    case tenant = "Tenant"
    case channel = "Channel"
    case service = "Service"
    case route = "Route"
    case webhook = "Webhook"
}
