/// Hosts belong to one tenant alone, and a tenant's route stays on them.
struct OwnershipCheck {
    let draft: Draft
    let report: ProblemReport

    private struct Owner {
        var tenant: String
        var place: String
    }

    func run() {
        var owners: [String: Owner] = [:]
        for tenant in draft.tenants {
            for (index, host) in tenant.spec.hosts.enumerated() {
                let owner = Owner(tenant: tenant.name, place: tenant.document.place)
                if let first = owners[host], first.tenant != tenant.name {
                    refuse(tenant, index, host, first)
                } else {
                    owners[host] = owner
                }
            }
        }
        for tenant in draft.tenants {
            for (index, host) in tenant.spec.hosts.enumerated() {
                // A wildcard over another tenant's host would let its routes answer for that host.
                for wildcard in Self.wildcards(over: host) {
                    if let other = owners[wildcard], other.tenant != tenant.name {
                        refuse(tenant, index, host, other)
                    }
                }
            }
        }
        checkRoutes()
    }

    private func refuse(_ tenant: Draft.Placed<TenantSpec>, _ index: Int, _ host: String, _ other: Owner) {
        report.add(
            tenant.document, ["spec", "hosts", .item(index)],
            "\(Quoted.text(host)) belongs to tenant \(Quoted.text(other.tenant)) (\(other.place))",
            hint: "a host belongs to one tenant alone")
    }

    /// `a.b.c` is under `*.b.c` and `*.c`; `*.b.c` is under `*.c`.
    private static func wildcards(over host: String) -> [String] {
        var wildcards: [String] = []
        var rest = host.hasPrefix("*.") ? host.dropFirst(2) : host[...]
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            wildcards.append("*." + rest)
        }
        return wildcards
    }

    private func checkRoutes() {
        var hosts: [String: Set<String>] = [:]
        for tenant in draft.tenants { hosts[tenant.name] = Set(tenant.spec.hosts) }
        for route in draft.routes {
            // Without the tenant itself the missing tenant is the problem.
            guard let tenant = route.tenant, let owned = hosts[tenant] else { continue }
            if route.spec.hosts.isEmpty {
                report.add(
                    route.document, ["spec", "hosts"],
                    "is missing, and tenant \(Quoted.text(tenant)) owns no host",
                    hint: "an operator adds hosts to the Tenant")
            }
            for (index, host) in route.spec.hosts.enumerated()
            where !owned.contains(host) && !Self.wildcards(over: host).contains(where: owned.contains) {
                report.add(
                    route.document, ["spec", "hosts", .item(index)],
                    "\(Quoted.text(host)) is not a host of tenant \(Quoted.text(tenant))",
                    hint: "its hosts: " + owned.sorted().prefix(8).joined(separator: ", "))
            }
        }
    }
}
