import Policy
import Telemetry

/// Names for metric labels, out of the registry that gave the numbers. A series' number is one more than the
/// registry's: there, 0 means none.
struct IdentityNames: SeriesNames {
    private let identities: IdentityRegistry

    init(_ identities: IdentityRegistry) { self.identities = identities }

    func serviceName(_ id: UInt32) -> OpenName? { OpenName(configured: identities.name(ofService: id &- 1)) }
    func routeName(_ id: UInt32) -> OpenName? { OpenName(configured: identities.name(ofRoute: id &- 1)) }
    func tenantName(_ id: UInt32) -> OpenName? { OpenName(configured: identities.name(ofTenant: id &- 1)) }
}
