import Substrate

/// The tables that a request's host and path are looked up in.
struct Router {
    /// Longest host that is looked up: the longest name that DNS has (RFC 1035 §2.3.4), and its brackets or dot.
    static var maxHostBytes: Int { 255 }
    /// Most segments of a configured path; deeper requests meet prefixes and `{rest**}` only.
    static var maxSegments: Int { 32 }
    /// Most header and query conditions of one match.
    static var maxConditions: Int { 64 }
    /// Scope of whole hosts in `hostKeys`.
    static var exactHosts: Int32 { 0 }
    /// Scope of wildcards in `hostKeys`; the key is what follows `*.`.
    static var wildcardHosts: Int32 { 1 }

    var hostKeys = KeyTable()
    var hosts = FlatTable<HostRecord>()
    /// The record of matches that name no host, or -1.
    var everyHost: Int32 = -1
    var hasWildcards = false
    /// Some wildcard is a tenant's.
    var hasOwnedWildcards = false
    /// Scope: index of the host record. Value: start of a list in `matches`.
    var exactPaths = KeyTable()
    /// Scope: index of the parent. Value: index in `nodes`.
    var literalChildren = KeyTable()
    var nodes = FlatTable<PathNode>()
    var matches = FlatTable<RouteMatch>()
    var details = FlatTable<MatchDetail>()
    var conditions = FlatTable<MatchCondition>()

    func deallocate() {
        hostKeys.deallocate()
        hosts.deallocate()
        exactPaths.deallocate()
        literalChildren.deallocate()
        nodes.deallocate()
        matches.deallocate()
        details.deallocate()
        conditions.deallocate()
    }
}
