/// What the numbers of a span record stand for. Asked on `or-admin` only.
public protocol SpanNames {
    func listenerName(_ number: UInt32) -> OpenName?
    /// What spans of this listener are the spans of: the local service behind it, else the listener's own name.
    func listenerService(_ number: UInt32) -> OpenName?
    func routeName(_ number: UInt32) -> OpenName?
    func templateName(_ number: UInt32) -> OpenName?
    func serviceName(_ number: UInt32) -> OpenName?
    func tenantName(_ number: UInt32) -> OpenName?
    func endpoint(_ number: UInt32) -> SpanEndpoint?
    func peerName(_ number: UInt32) -> OpenName?
}
