import Policy
import Telemetry

/// Names for spans, out of the registries that gave the numbers. A span's number is one more than the identity
/// registry's: there, 0 means none. The admin thread's.
///
/// What a number stands for never changes, so it is asked once: the registries take a lock and compose text.
final class SpanNameTable: SpanNames {
    private struct Names<Name> {
        var known: [Name?] = []

        mutating func name(_ number: UInt32, _ find: (UInt32) -> Name?) -> Name? {
            let place = Int(number)
            if place < known.count, let name = known[place] { return name }
            guard let name = find(number) else { return nil }
            while known.count <= place { known.append(nil) }
            known[place] = name
            return name
        }
    }

    private let identities: IdentityRegistry
    private let peers: PeerRegistry
    private var listeners = Names<OpenName>()
    private var listenerServices = Names<OpenName>()
    private var routes = Names<OpenName>()
    private var templates = Names<OpenName>()
    private var services = Names<OpenName>()
    private var tenants = Names<OpenName>()
    private var endpoints = Names<SpanEndpoint>()
    private var peerNames = Names<OpenName>()

    init(identities: IdentityRegistry, peers: PeerRegistry) {
        self.identities = identities
        self.peers = peers
    }

    private static func identity(_ number: UInt32, _ find: (UInt32) -> String) -> OpenName? {
        guard number > 0 else { return nil }
        let text = find(number &- 1)
        return text.isEmpty ? nil : OpenName(configured: text)
    }

    func listenerName(_ number: UInt32) -> OpenName? {
        listeners.name(number) { Self.identity($0, identities.name(ofListener:)) }
    }

    func listenerService(_ number: UInt32) -> OpenName? {
        listenerServices.name(number) { Self.identity($0, identities.service(ofListener:)) }
    }

    func routeName(_ number: UInt32) -> OpenName? {
        routes.name(number) { Self.identity($0, identities.name(ofRoute:)) }
    }

    func templateName(_ number: UInt32) -> OpenName? {
        templates.name(number) { Self.identity($0, identities.name(ofTemplate:)) }
    }

    func serviceName(_ number: UInt32) -> OpenName? {
        services.name(number) { Self.identity($0, identities.name(ofService:)) }
    }

    func tenantName(_ number: UInt32) -> OpenName? {
        tenants.name(number) { Self.identity($0, identities.name(ofTenant:)) }
    }

    func endpoint(_ number: UInt32) -> SpanEndpoint? {
        endpoints.name(number) { number in
            Self.identity(number, identities.name(ofEndpoint:)).map(SpanEndpoint.init)
        }
    }

    func peerName(_ number: UInt32) -> OpenName? {
        peerNames.name(number) { peers.name($0) }
    }
}
