import Policy
import Reactor

/// Gives crash reports the configured names of services, routes and tenants. The configuration thread's own.
struct CrashNames {
    private var services = 0
    private var routes = 0
    private var tenants = 0

    /// Learns what has got a number since the last time. Before a worker sees the numbers.
    mutating func learn(_ identities: IdentityRegistry) {
        Self.learn(.service, from: &services, to: identities.serviceCount) { identities.name(ofService: $0) }
        Self.learn(.route, from: &routes, to: identities.routeCount) { identities.name(ofRoute: $0) }
        Self.learn(.tenant, from: &tenants, to: identities.tenantCount) { identities.name(ofTenant: $0) }
    }

    /// A request's number is one more than the registry's: there, 0 means none.
    private static func learn(
        _ kind: CrashReport.Kind, from known: inout Int, to count: Int, _ name: (UInt32) -> String
    ) {
        while known < min(count, CrashReport.maxNames - 1) {
            CrashReport.name(kind, UInt32(known) + 1, configured: name(UInt32(known)))
            known += 1
        }
    }
}
