public import MeshModel
import Substrate

/// One configuration, compiled: immutable, shared by all workers, freed as a whole.
///
/// Workers read `tables`; the class itself is retained once a snapshot switch, never per request.
// Sendable: nothing is written after `init`, and `deinit` runs when no thread holds a reference any more.
@safe public final class PolicySnapshot: @unchecked Sendable {
    private let storage: UnsafeMutablePointer<PolicyStorage>
    /// Which configuration this is; counted by whoever loads configurations.
    public let revision: UInt64
    /// Addresses by index in `tables.endpoints`.
    public let addresses: [MeshAddress]

    init(storage value: PolicyStorage, addresses: [MeshAddress], revision: UInt64) {
        unsafe storage = .allocate(capacity: 1)
        unsafe storage.initialize(to: value)
        self.addresses = addresses
        self.revision = revision
    }

    deinit {
        unsafe storage.pointee.deallocate()
        unsafe storage.deinitialize(count: 1)
        unsafe storage.deallocate()
    }

    /// Valid as long as the snapshot is.
    public var tables: PolicyTables { unsafe PolicyTables(storage: storage) }

    /// Compiles a configuration whose parts the model has checked each for itself and all together.
    ///
    /// - Parameters:
    ///   - secrets: reads one secret; called for every secret of every webhook and channel.
    ///   - identities: of the process, the same for every snapshot.
    ///   - revision: kept in `revision`.
    /// - Throws: the first thing that cannot be enforced; nothing is kept then.
    public static func compile(
        _ configuration: MeshConfiguration, secrets: (SecretSource) throws -> [UInt8],
        identities: IdentityRegistry, revision: UInt64
    ) throws(PolicyError) -> PolicySnapshot {
        var compiler = SnapshotCompiler(configuration: configuration, identities: identities)
        try compiler.compileTenants()
        compiler.compileServices()
        try compiler.compileWebhooks(secrets: secrets)
        try compiler.compileChannels(secrets: secrets)
        try compiler.compileListeners()
        try compiler.compileRoutes()
        return compiler.finish(revision: revision)
    }
}
