public import Substrate

/// A route's rules, without its matches: those are in the router.
public struct CompiledRoute: BitwiseCopyable, Sendable {
    /// From `IdentityRegistry`.
    public var id: UInt32
    /// `name`, or `tenant/name`, in `text`. Of an implicit route: `listener/name`.
    public var name = ByteRange()
    /// The first match's path as configured, in `text`: a label that holds no byte of a request. The label of the
    /// match that held is `PolicyTables.template(of:)`.
    public var template = ByteRange()
    public var access = RouteAccess.public
    /// Stands for a listener's requests that no `Route` speaks of.
    public var isImplicit = false
    /// In `backends`.
    public var backends = TableRange()
    /// In `webhooks`, or -1.
    public var webhookIndex: Int32 = -1
    /// In `tenants`, or -1 for the mesh.
    public var tenantIndex: Int32 = -1
    /// `.max` for none.
    public var requestTimeoutNanoseconds: UInt64 = .max
    /// `.max` for none.
    public var idleTimeoutNanoseconds: UInt64 = .max
    /// `.max` for none.
    public var maxBodyBytes: UInt64 = .max
    /// In `headerOperations`.
    public var requestHeaders = TableRange()
    public var responseHeaders = TableRange()
    /// In `steps`.
    public var steps = TableRange()
    /// SPIFFE IDs of `access`, in `names`.
    public var allowedPeers = TableRange()
    public var order: Int32 = 0
    /// A request that ends in an error is exported whatever was decided about its trace.
    public var exportsErrors = false

    init(id: UInt32) { self.id = id }
}
