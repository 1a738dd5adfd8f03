import Policy
import Telemetry

/// Names for metric labels, out of the registry that gave the numbers.
struct IdentityNames: SeriesNames {
    private let identities: IdentityRegistry

    init(_ identities: IdentityRegistry) { self.identities = identities }

    func serviceName(_ id: UInt32) -> OpenName? { OpenName(configured: identities.name(ofService: id)) }
    func routeName(_ id: UInt32) -> OpenName? { OpenName(configured: identities.name(ofRoute: id)) }
    func tenantName(_ id: UInt32) -> OpenName? { OpenName(configured: identities.name(ofTenant: id)) }
}
