import Cryptography
import HTTPTransport
import MeshModel
import Policy
import Substrate
import Telemetry

/// One configuration in force: policy, listeners, pools. Immutable; workers pin it, the configuration thread frees it.
// Sendable: nothing is written after `init`; TLS contexts are Sendable themselves.
final class RuntimeSnapshot: @unchecked Sendable {
    let configuration: MeshConfiguration
    let policy: PolicySnapshot
    let listeners: [RuntimeListener]
    /// Pool number (the endpoint's stable number) and target, for every endpoint.
    let targets: [(pool: Int32, target: UpstreamTarget)]
    /// By listener number: index in the policy's listeners, or -1.
    let policyListeners: FlatTable<Int32>
    /// By listener number: which requests get a line in which log.
    let accessLogs: FlatTable<AccessLogRule>
    /// The logs that `accessLogs` names: open as long as a snapshot has them.
    let logFiles: [AccessLogFile]
    /// By tenant index and one more, none's first: what makes pseudonyms of client addresses.
    let pseudonymKeys: FlatTable<PseudonymKey>
    /// By endpoint index: its address as configured, in `text`.
    let endpointNames: FlatTable<ByteRange>
    /// By listener number: its name, in `text`.
    let listenerNames: FlatTable<ByteRange>
    /// By service index: the service's endpoints are sidecars of this mesh, verified by certificate.
    let verifiedServices: FlatTable<Bool>
    let text: FlatTable<UInt8>

    init(
        configuration: MeshConfiguration, policy: PolicySnapshot, listeners: [RuntimeListener],
        moved: [(number: Int, policyIndex: Int)], targets: [(pool: Int32, target: UpstreamTarget)],
        listenerCount: Int, names: SnapshotNames,
        verifiedServices: [Bool], logFiles: [AccessLogFile], pseudonymKey: PseudonymKey
    ) {
        self.configuration = configuration
        self.policy = policy
        self.listeners = listeners
        self.targets = targets
        policyListeners = FlatTable(repeating: -1, count: listenerCount)
        accessLogs = FlatTable(repeating: .none, count: listenerCount)
        self.logFiles = logFiles
        let tables = policy.tables
        let tenants = (0..<tables.tenants.count).map { index in
            pseudonymKey.derived(tenant: OpenLabel(configured: tables.text, tables.tenants[index].name))
        }
        pseudonymKeys = FlatTable([pseudonymKey.derived(tenant: OpenLabel())] + tenants)
        for listener in listeners {
            policyListeners[Int(listener.number)] = listener.policyIndex
            accessLogs[Int(listener.number)] = listener.accessLog
        }
        for (number, index) in moved {
            policyListeners[number] = Int32(index)
            accessLogs[number] = listeners[index].accessLog
        }
        endpointNames = FlatTable(names.endpoints)
        listenerNames = FlatTable(names.listeners)
        text = FlatTable(names.text)
        self.verifiedServices = FlatTable(verifiedServices)
    }

    deinit {
        policyListeners.deallocate()
        accessLogs.deallocate()
        pseudonymKeys.deallocate()
        endpointNames.deallocate()
        listenerNames.deallocate()
        verifiedServices.deallocate()
        text.deallocate()
    }

    var view: SnapshotView { SnapshotView(self) }
}

/// Names that logs need beside the policy's, gathered while a snapshot is built.
struct SnapshotNames {
    var endpoints: [ByteRange] = []
    var listeners: [ByteRange] = []
    var text: [UInt8] = []

    mutating func add(_ name: String) -> ByteRange {
        let start = text.count
        text.append(contentsOf: name.utf8)
        return ByteRange(offset: start, count: text.count - start)
    }
}

/// What requests read of a snapshot: addresses only, copied without touching a reference count. Valid while the
/// snapshot is pinned.
struct SnapshotView {
    let tables: PolicyTables
    let policyListeners: FlatTable<Int32>
    let accessLogs: FlatTable<AccessLogRule>
    let pseudonymKeys: FlatTable<PseudonymKey>
    let endpointNames: FlatTable<ByteRange>
    let listenerNames: FlatTable<ByteRange>
    let verifiedServices: FlatTable<Bool>
    let text: FlatTable<UInt8>

    init(_ snapshot: RuntimeSnapshot) {
        tables = snapshot.policy.tables
        policyListeners = snapshot.policyListeners
        accessLogs = snapshot.accessLogs
        pseudonymKeys = snapshot.pseudonymKeys
        endpointNames = snapshot.endpointNames
        listenerNames = snapshot.listenerNames
        verifiedServices = snapshot.verifiedServices
        text = snapshot.text
    }
}
