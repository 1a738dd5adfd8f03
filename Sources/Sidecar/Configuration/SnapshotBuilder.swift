import Cryptography
import MeshModel
import Policy
import Reactor
import Substrate
import Telemetry

/// Turns configurations into snapshots: reads certificates and secrets, opens listeners and logs, compiles the policy.
///
/// A configuration is taken whole or not at all: what was opened for a refused one is closed again.
struct SnapshotBuilder {
    /// Everything wrong with what a configuration names outside itself.
    struct Refusal: Error, CustomStringConvertible {
        let problems: [String]

        init(_ problems: [String]) { self.problems = problems }

        var description: String { problems.joined(separator: "\n") }
    }

    let calls: SystemCalls
    let identities: IdentityRegistry
    private let inherited: InheritedListeners
    /// Of all listeners, over all configurations.
    let tickets: TicketKeys
    /// Told of the certificates of each configuration that is taken.
    let certificates: CertificateWatch
    private(set) var book = ListenerBook()
    var logs = AccessLogBook()
    /// For pseudonyms in this process's logs.
    private let pseudonymKey: PseudonymKey
    private var revision: UInt64 = 0

    /// - Parameter inherited: sockets to use before any is opened.
    init(
        calls: SystemCalls, identities: IdentityRegistry,
        inherited: InheritedListeners = InheritedListeners(),
        tickets: TicketKeys? = nil, certificates: CertificateWatch = CertificateWatch()
    ) {
        self.tickets = tickets ?? TicketKeys(now: calls.realtime())
        self.certificates = certificates
        self.calls = calls
        self.inherited = inherited
        self.identities = identities
        pseudonymKey = PseudonymKey(high: calls.randomSeed(), low: calls.randomSeed())
    }

    /// Everything of `build` that leaves no trace: for `--check`.
    static func check(_ configuration: MeshConfiguration, identities: IdentityRegistry) throws {
        var problems = Problems()
        for listener in configuration.listeners {
            problems.gather(in: "listener \(listener.name)") {
                if let log = listener.spec.accessLog { try AccessLogBook.check(log.path) }
            }
        }
        _ = try parts(
            of: configuration, identities: identities, tickets: nil, revision: 0, problems: &problems)
    }

    mutating func build(_ configuration: MeshConfiguration) throws -> RuntimeSnapshot {
        // All that can be wrong comes before the first change to what is kept.
        var problems = Problems()
        let opened = logs.open(configuration.listeners.compactMap { $0.spec.accessLog?.path })
        problems.texts += opened.problems.map { "\($0)" }
        let parts: Parts
        let fresh: [FreshListener]
        do {
            parts = try Self.parts(
                of: configuration, identities: identities, tickets: tickets, revision: revision + 1,
                problems: &problems)
            fresh = try openListeners(configuration.listeners)
        } catch {
            AccessLogBook.discard(opened)
            throw error
        }
        revision += 1
        logs.keep(opened)
        certificates.replace(parts.certificates)
        let numbers = enter(configuration.listeners, fresh)
        return snapshot(configuration, parts, numbers: numbers)
    }

    private func snapshot(_ configuration: MeshConfiguration, _ parts: Parts, numbers: [Int])
        -> RuntimeSnapshot
    {
        var names = SnapshotNames()
        names.listeners = book.entries.map { names.add($0.name) }
        names.endpoints = parts.policy.addresses.map { names.add("\($0)") }
        let tables = parts.policy.tables
        let verified = (0..<tables.services.count).map { index in
            let service = Int(tables.services[index].configurationIndex)
            return service >= 0 && configuration.services[service].spec.tls?.peer != nil
        }
        let listeners = configuration.listeners.enumerated().map { index, listener in
            RuntimeListener(
                number: Int32(numbers[index]), descriptor: book.entries[numbers[index]].descriptor,
                options: parts.options[index], policyIndex: Int32(index),
                accessLog: rule(listener.spec.accessLog))
        }
        return RuntimeSnapshot(
            configuration: configuration, policy: parts.policy, listeners: listeners,
            moved: moved(configuration),
            targets: parts.targets, listenerCount: book.entries.count, names: names,
            verifiedServices: verified, logFiles: logFiles(of: configuration), pseudonymKey: pseudonymKey)
    }

    /// Connections of a listener that was moved to another address follow the rules of its new place.
    private func moved(_ configuration: MeshConfiguration) -> [(number: Int, policyIndex: Int)] {
        book.entries.enumerated().compactMap { number, entry in
            guard !entry.isOpen else { return nil }
            return configuration.listeners.firstIndex { $0.name == entry.name && $0.spec.role == entry.role }
                .map { (number, $0) }
        }
    }

    // MARK: Sockets

    /// Sockets that the last built snapshot has no use for.
    var leavingListeners: [(number: Int, descriptor: FileDescriptor, isInherited: Bool)] { book.leaving }

    /// Lets nobody new come to them.
    mutating func sealLeavingListeners() { book.sealClosed(calls) }

    /// Closes them: once no worker listens on them.
    mutating func releaseClosedListeners() { book.releaseClosed(calls) }

    /// No listener is wanted any more.
    mutating func closeAllListeners() { book.closeAll() }

    /// Closes all at once, because the process has ended or could not start.
    mutating func releaseAllListeners() {
        closeAllListeners()
        releaseClosedListeners()
    }

    /// The socket of a listener that the book does not have yet.
    private struct FreshListener {
        let index: Int
        let descriptor: FileDescriptor
        let isInherited: Bool
    }

    private func openListeners(
        _ listeners: [MeshConfiguration.Resource<ListenerSpec>]
    ) throws -> [FreshListener] {
        var fresh: [FreshListener] = []
        do {
            for (index, listener) in listeners.enumerated()
            where book.number(name: listener.name, address: listener.spec.address) == nil {
                guard let address = SocketAddress(listener.spec.address) else {
                    throw Refusal([
                        "listener \(listener.name): address \(listener.spec.address) cannot be used"
                    ])
                }
                let (descriptor, isInherited) = try inherited.takeOrListen(address, calls: calls)
                fresh.append(
                    FreshListener(index: index, descriptor: descriptor, isInherited: isInherited))
            }
        } catch {
            for opened in fresh {
                ListenerBook.release(
                    opened.descriptor, at: listeners[opened.index].spec.address,
                    isInherited: opened.isInherited, calls)
            }
            throw error
        }
        return fresh
    }

    /// Brings the book in line with `listeners`. Returns their numbers.
    private mutating func enter(
        _ listeners: [MeshConfiguration.Resource<ListenerSpec>],
        _ fresh: [FreshListener]
    ) -> [Int] {
        var numbers = listeners.map { book.number(name: $0.name, address: $0.spec.address) }
        for number in book.entries.indices where book.entries[number].isOpen && !numbers.contains(number) {
            book.close(number)
        }
        for opened in fresh {
            let listener = listeners[opened.index]
            numbers[opened.index] = book.add(
                name: listener.name, role: listener.spec.role, address: listener.spec.address,
                descriptor: opened.descriptor, isInherited: opened.isInherited)
        }
        return numbers.enumerated().map { index, number in
            guard let number else { preconditionFailure("every listener has a socket") }
            book.rename(number, to: listeners[index].name, role: listeners[index].spec.role)
            return number
        }
    }
}
