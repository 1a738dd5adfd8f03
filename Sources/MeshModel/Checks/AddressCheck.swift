/// Listeners do not collide, nothing is sent back into an own listener, and tenants stay inside their blocks.
struct AddressCheck {
    let draft: Draft
    let report: ProblemReport

    func run() {
        checkListeners()
        let byPort = Dictionary(grouping: draft.listeners, by: \.spec.address.port)
        for listener in draft.listeners {
            guard let application = listener.spec.application else { continue }
            checkLoop(application.address, byPort, listener.document, ["spec", "application", "address"])
        }
        var blocks: [String: [AddressBlock]] = [:]
        for tenant in draft.tenants {
            blocks[tenant.name] = tenant.spec.egressCIDRs.compactMap(AddressBlock.init(parsing:))
        }
        for service in draft.services {
            for (index, endpoint) in service.spec.endpoints.enumerated() {
                let path: [PathStep] = ["spec", "endpoints", .item(index), "address"]
                checkLoop(endpoint.address, byPort, service.document, path)
                if let tenant = service.tenant {
                    checkEgress(endpoint.address, tenant, blocks[tenant], service.document, path)
                }
            }
        }
    }

    private func checkListeners() {
        var byPort: [UInt16?: [Draft.Placed<ListenerSpec>]] = [:]
        for listener in draft.listeners where listener.spec.address.port != 0 {
            let address = listener.spec.address
            if let other = byPort[address.port, default: []].first(where: {
                address.collides(with: $0.spec.address)
            }) {
                report.add(
                    listener.document, ["spec", "address"],
                    "\(address) is taken by Listener \(Quoted.text(other.name)) (\(other.document.place))",
                    hint: "one listener, one address")
            }
            byPort[address.port, default: []].append(listener)
        }
    }

    private func checkLoop(
        _ address: MeshAddress, _ listeners: [UInt16?: [Draft.Placed<ListenerSpec>]], _ document: Document,
        _ path: [PathStep]
    ) {
        guard let own = listeners[address.port]?.first(where: { address.reaches(listener: $0.spec.address) })
        else {
            return
        }
        report.add(
            document, path,
            "\(address) is this process's own Listener \(Quoted.text(own.name)) (\(own.document.place)): requests would go in circles",
            hint: "write the address where the service itself listens")
    }

    private func checkEgress(
        _ address: MeshAddress, _ tenant: String, _ blocks: [AddressBlock]?, _ document: Document,
        _ path: [PathStep]
    ) {
        guard let octets = address.reachedOctets else {
            report.add(document, path, "is a Unix socket, which a tenant's service cannot be")
            return
        }
        if address.isLoopback || address.isLinkLocal {
            let kind = address.isLoopback ? "loopback" : "link-local"
            report.add(
                document, path, "\(address) is \(kind), which is refused to tenants",
                hint: "an operator can make it a Service of the mesh")
            return
        }
        // Without the tenant itself the missing tenant is the problem.
        guard let blocks, !blocks.contains(where: { $0.contains(octets) }) else { return }
        report.add(
            document, path, "\(address) is outside the egress blocks of tenant \(Quoted.text(tenant))",
            hint: blocks.isEmpty
                ? "it has none: an operator adds spec.egress.cidrs to the Tenant"
                : "they are " + blocks.prefix(8).map(\.description).joined(separator: ", "))
    }
}
