import Policy
import Telemetry

/// Names for spans, out of the registries that gave the numbers. A span's number is one more than the identity
/// registry's: there, 0 means none.
struct SpanNameTable: SpanNames {
    let identities: IdentityRegistry
    let peers: PeerRegistry

    private func name(_ number: UInt32, _ find: (UInt32) -> String) -> OpenName? {
        guard number > 0 else { return nil }
        let text = find(number &- 1)
        return text.isEmpty ? nil : OpenName(configured: text)
    }

    func listenerName(_ number: UInt32) -> OpenName? { name(number, identities.name(ofListener:)) }
    func listenerService(_ number: UInt32) -> OpenName? { name(number, identities.service(ofListener:)) }
    func routeName(_ number: UInt32) -> OpenName? { name(number, identities.name(ofRoute:)) }
    func templateName(_ number: UInt32) -> OpenName? { name(number, identities.name(ofTemplate:)) }
    func serviceName(_ number: UInt32) -> OpenName? { name(number, identities.name(ofService:)) }
    func tenantName(_ number: UInt32) -> OpenName? { name(number, identities.name(ofTenant:)) }
    func endpointName(_ number: UInt32) -> OpenName? { name(number, identities.name(ofEndpoint:)) }
    func peerName(_ number: UInt32) -> OpenName? { peers.name(number) }
}
