import Cryptography
import HTTPTransport
import HTTPWire
import MeshModel
import Policy
import Reactor
import Substrate

/// Turns configurations into snapshots: reads certificates and secrets, opens listeners, compiles the policy.
///
/// A configuration is taken whole or not at all: sockets opened for a refused one are closed again.
struct SnapshotBuilder {
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    let calls: SystemCalls
    let identities: IdentityRegistry
    private(set) var book = ListenerBook()
    private(set) var logPaths: [String] = []
    private var revision: UInt64 = 0

    init(calls: SystemCalls, identities: IdentityRegistry) {
        self.calls = calls
        self.identities = identities
    }

    /// Everything of `build` but sockets: for `--check`.
    static func check(_ configuration: MeshConfiguration, identities: IdentityRegistry) throws {
        for listener in configuration.listeners { _ = try options(of: listener.spec) }
        for service in configuration.services { _ = try clientContext(of: service.spec) }
        _ = try PolicySnapshot.compile(
            configuration, secrets: ConfigurationLoader.secret, identities: identities, revision: 0)
    }

    mutating func build(_ configuration: MeshConfiguration) throws -> RuntimeSnapshot {
        let options = try configuration.listeners.map { try Self.options(of: $0.spec) }
        let contexts = try configuration.services.map { try Self.clientContext(of: $0.spec) }
        revision += 1
        let policy = try PolicySnapshot.compile(
            configuration, secrets: ConfigurationLoader.secret, identities: identities, revision: revision)
        let opened = try openListeners(configuration.listeners)
        for (number, entry) in book.entries.enumerated() where entry.isOpen && !opened.contains(number) {
            book.close(number)
        }
        var names = SnapshotNames()
        names.listeners = book.entries.map { names.add($0.name) }
        names.endpoints = policy.addresses.map { names.add("\($0)") }
        let tables = policy.tables
        let verified = (0..<tables.services.count).map { index in
            let service = Int(tables.services[index].configurationIndex)
            return service >= 0 && configuration.services[service].spec.tls?.peer != nil
        }
        let listeners = configuration.listeners.enumerated().map { index, listener in
            RuntimeListener(
                number: Int32(opened[index]), descriptor: book.entries[opened[index]].descriptor,
                options: options[index], policyIndex: Int32(index),
                accessLog: logNumber(listener.spec.accessLog))
        }
        return RuntimeSnapshot(
            configuration: configuration, policy: policy, listeners: listeners,
            targets: try Self.targets(policy, contexts), listenerCount: book.entries.count, names: names,
            verifiedServices: verified)
    }

    /// Sockets that the last built snapshot has no use for.
    mutating func takeClosedListeners() -> [FileDescriptor] { book.takeClosing() }

    private mutating func logNumber(_ log: ListenerSpec.AccessLog?) -> Int32 {
        guard let log else { return -1 }
        if let known = logPaths.firstIndex(of: log.path) { return Int32(known) }
        logPaths.append(log.path)
        return Int32(logPaths.count - 1)
    }

    private mutating func openListeners(
        _ listeners: [MeshConfiguration.Resource<ListenerSpec>]
    ) throws -> [Int] {
        var fresh: [(index: Int, descriptor: FileDescriptor)] = []
        do {
            for (index, listener) in listeners.enumerated()
            where book.number(name: listener.name, address: listener.spec.address) == nil {
                guard let address = SocketAddress(listener.spec.address) else {
                    throw Refusal(description: "listener \(listener.name): the address cannot be used")
                }
                fresh.append((index, try Sockets.listen(address, calls: calls)))
            }
        } catch {
            for (_, descriptor) in fresh { _ = calls.close(descriptor) }
            throw error
        }
        for (index, descriptor) in fresh {
            _ = book.add(
                name: listeners[index].name, address: listeners[index].spec.address, descriptor: descriptor)
        }
        return listeners.compactMap { book.number(name: $0.name, address: $0.spec.address) }
    }

    // MARK: Parts

    private static func options(of listener: ListenerSpec) throws -> ListenerOptions {
        var limits = HTTP1Limits()
        limits.refusesUnderscores = listener.role == .edge
        var context: TLSServerContext?
        if let tls = listener.tls {
            context = try TLSServerContext(
                certificateChainPEM: pem(tls.certificateFile), privateKeyPEM: pem(tls.keyFile),
                clientAuthorityPEM: tls.clientCertificate.map { try pem($0.authorityFile) },
                requireClientCertificate: tls.clientCertificate?.required ?? false,
                // Inside the mesh both ends are ours, and speak 1.3 only (design section 7).
                minimumVersion: listener.role == .edge ? .tls12 : .tls13)
        }
        return ListenerOptions(
            tls: context, limits: limits, headTimeoutNanoseconds: listener.headTimeout.nanoseconds,
            idleTimeoutNanoseconds: listener.idleTimeout.nanoseconds)
    }

    private static func clientContext(of service: ServiceSpec) throws -> TLSClientContext? {
        guard let tls = service.tls else { return nil }
        return try TLSClientContext(
            authorityPEM: pem(tls.authorityFile),
            certificateChainPEM: tls.certificateFile.map { try pem($0) },
            privateKeyPEM: tls.keyFile.map { try pem($0) }, expectedPeer: tls.peer, serverName: tls.serverName
        )
    }

    private static func pem(_ path: String) throws -> [UInt8] {
        try FileReader.read(path, maxBytes: ConfigurationLoader.maxSecretBytes)
    }

    private static func targets(
        _ policy: PolicySnapshot, _ contexts: [TLSClientContext?]
    ) throws -> [(pool: Int32, target: UpstreamTarget)] {
        let tables = policy.tables
        return try (0..<tables.endpoints.count).map { index in
            let endpoint = tables.endpoints[index]
            let service = tables.services[Int(endpoint.serviceIndex)]
            guard let address = SocketAddress(policy.addresses[index]) else {
                throw Refusal(description: "endpoint \(policy.addresses[index]): the address cannot be used")
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
