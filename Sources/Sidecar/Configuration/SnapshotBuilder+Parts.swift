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

    /// - Throws: `Refusal` for all that `problems` holds in the end, or what the policy's compiler says.
    static func parts(
        of configuration: MeshConfiguration, identities: IdentityRegistry, revision: UInt64,
        problems: inout Problems
    ) throws -> Parts {
        let options = configuration.listeners.map { listener in
            problems.gather(in: "listener \(listener.name)") { try Self.options(of: listener.spec) }
        }
        let contexts = configuration.services.map { service in
            problems.gather(in: "service \(service.name)") { try clientContext(of: service.spec) } ?? nil
        }
        guard problems.texts.isEmpty else { throw Refusal(problems.texts) }
        let policy = try PolicySnapshot.compile(
            configuration, secrets: ConfigurationLoader.secret, identities: identities, revision: revision)
        return Parts(
            options: options.compactMap { $0 }, policy: policy, targets: try targets(policy, contexts))
    }

    private static func options(of listener: ListenerSpec) throws -> ListenerOptions {
        var limits = HTTP1Limits()
        limits.refusesUnderscores = listener.role == .edge
        return ListenerOptions(
            tls: try listener.tls.map { try serverContext($0, role: listener.role) }, limits: limits,
            headTimeoutNanoseconds: listener.headTimeout.nanoseconds,
            idleTimeoutNanoseconds: listener.idleTimeout.nanoseconds,
            progress: ProgressRule(
                bytes: listener.minimumProgress.bytes,
                windowNanoseconds: listener.minimumProgress.window.nanoseconds))
    }

    private static func serverContext(
        _ tls: ServerTLSSpec, role: ListenerSpec.Role
    ) throws -> TLSServerContext {
        let files = TLSFiles(
            certificate: tls.certificateFile, key: tls.keyFile,
            authority: tls.clientCertificate?.authorityFile)
        return try files.naming { chain, key, authority throws(TLSConfigurationError) in
            try TLSServerContext(
                certificateChainPEM: chain ?? [], privateKeyPEM: key ?? [], clientAuthorityPEM: authority,
                requireClientCertificate: tls.clientCertificate?.required ?? false,
                // Inside the mesh both ends are ours, and speak 1.3 only (design section 7).
                minimumVersion: role == .edge ? .tls12 : .tls13)
        }
    }

    private static func clientContext(of service: ServiceSpec) throws -> TLSClientContext? {
        guard let tls = service.tls else { return nil }
        let files = TLSFiles(certificate: tls.certificateFile, key: tls.keyFile, authority: tls.authorityFile)
        return try files.naming { chain, key, authority throws(TLSConfigurationError) in
            try TLSClientContext(
                authorityPEM: authority ?? [], certificateChainPEM: chain, privateKeyPEM: key,
                expectedPeer: tls.peer, serverName: tls.serverName)
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
