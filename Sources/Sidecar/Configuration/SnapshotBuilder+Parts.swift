import Cryptography
import HTTPTransport
import HTTPWire
import MeshModel
import Policy
import Reactor
import Substrate

extension SnapshotBuilder {
    /// What a snapshot is made of besides sockets and logs.
    struct Parts {
        var options: [ListenerOptions]
        var certificates: [CertificateInUse]
        var policy: PolicySnapshot
        var targets: [(pool: Int32, target: UpstreamTarget)]
    }

    /// Problems found so far, so that one round trip fixes them all.
    struct Problems {
        var texts: [String] = []

        mutating func gather<Result>(in subject: String, _ body: () throws -> Result) -> Result? {
            do {
                return try body()
            } catch {
                texts.append("\(subject): \(error)")
                return nil
            }
        }
    }

    /// - Parameter tickets: nil where nobody will be served.
    /// - Throws: `Refusal` for all that `problems` holds in the end, or what the policy's compiler says.
    static func parts(
        of configuration: MeshConfiguration, identities: IdentityRegistry, tickets: TicketKeys?,
        revision: UInt64, problems: inout Problems
    ) throws -> Parts {
        var certificates: [CertificateInUse] = []
        let options = configuration.listeners.map { listener in
            problems.gather(in: "listener \(listener.name)") {
                try Self.options(of: listener, tickets, &certificates)
            }
        }
        let contexts = configuration.services.map { service in
            problems.gather(in: "service \(service.name)") { try clientContext(of: service, &certificates) }
                ?? nil
        }
        guard problems.texts.isEmpty else { throw Refusal(problems.texts) }
        let policy = try PolicySnapshot.compile(
            configuration, secrets: ConfigurationLoader.secret, identities: identities, revision: revision)
        return Parts(
            options: options.compactMap { $0 }, certificates: certificates, policy: policy,
            targets: try targets(policy, contexts))
    }

    private static func options(
        of listener: MeshConfiguration.Resource<ListenerSpec>, _ tickets: TicketKeys?,
        _ certificates: inout [CertificateInUse]
    ) throws -> ListenerOptions {
        let spec = listener.spec
        var limits = HTTP1Limits()
        limits.refusesUnderscores = spec.role == .edge
        return ListenerOptions(
            tls: try spec.tls.map { tls in
                try serverContext(tls, role: spec.role, tickets) {
                    path, chain throws(TLSConfigurationError) in
                    certificates.append(
                        try CertificateInUse(owner: .listener(listener.name), path: path, chainPEM: chain))
                }
            }, limits: limits, headTimeoutNanoseconds: spec.headTimeout.nanoseconds,
            idleTimeoutNanoseconds: spec.idleTimeout.nanoseconds,
            progress: ProgressRule(
                bytes: spec.minimumProgress.bytes,
                windowNanoseconds: spec.minimumProgress.window.nanoseconds))
    }

    private static func serverContext(
        _ tls: ServerTLSSpec, role: ListenerSpec.Role, _ tickets: TicketKeys?,
        note: (_ path: String, _ chain: [UInt8]) throws(TLSConfigurationError) -> Void
    ) throws -> TLSServerContext {
        let files = TLSFiles(
            pairs: tls.certificates.map { .init(certificate: $0.certificateFile, key: $0.keyFile) },
            authority: tls.clientCertificate?.authorityFile)
        return try files.naming { pairs, authority throws(TLSConfigurationError) in
            let context = try TLSServerContext(
                certificates: pairs.map {
                    ServerCertificate(chainPEM: $0.certificate ?? [], keyPEM: $0.key ?? [])
                },
                clientAuthorityPEM: authority,
                requireClientCertificate: tls.clientCertificate?.required ?? false,
                // Inside the mesh both ends are ours: they speak 1.3 only (design section 7), and connections are kept, so
                // that a ticket would make each handshake dearer for nobody.
                minimumVersion: role == .edge ? .tls12 : .tls13, tickets: role == .edge ? tickets : nil)
            for (index, pair) in pairs.enumerated() {
                try note(tls.certificates[index].certificateFile, pair.certificate ?? [])
            }
            return context
        }
    }

    private static func clientContext(
        of service: MeshConfiguration.Resource<ServiceSpec>, _ certificates: inout [CertificateInUse]
    ) throws -> TLSClientContext? {
        guard let tls = service.spec.tls else { return nil }
        let files = TLSFiles(
            pairs: [.init(certificate: tls.certificateFile, key: tls.keyFile)], authority: tls.authorityFile)
        return try files.naming { pairs, authority throws(TLSConfigurationError) in
            let (chain, key) = pairs[0]
            let context = try TLSClientContext(
                authorityPEM: authority ?? [], certificateChainPEM: chain, privateKeyPEM: key,
                expectedPeer: tls.peer, serverName: tls.serverName)
            if let path = tls.certificateFile, let chain {
                certificates.append(
                    try CertificateInUse(owner: .service(service.name), path: path, chainPEM: chain))
            }
            return context
        }
    }

    private static func targets(
        _ policy: PolicySnapshot, _ contexts: [TLSClientContext?]
    ) throws -> [(pool: Int32, target: UpstreamTarget)] {
        let tables = policy.tables
        return try (0..<tables.endpoints.count).map { index in
            let endpoint = tables.endpoints[index]
            let service = tables.services[Int(endpoint.serviceIndex)]
            guard let address = SocketAddress(policy.addresses[index]) else {
                throw Refusal(["endpoint \(policy.addresses[index]): the address cannot be used"])
            }
            let context = service.configurationIndex >= 0 ? contexts[Int(service.configurationIndex)] : nil
            return (
                Int32(endpoint.id),
                UpstreamTarget(
                    address: address, tls: context,
                    connectTimeoutNanoseconds: service.connectTimeoutNanoseconds,
                    idleTimeoutNanoseconds: service.poolIdleNanoseconds, maxIdle: Int(service.maxIdle))
            )
        }
    }
}
