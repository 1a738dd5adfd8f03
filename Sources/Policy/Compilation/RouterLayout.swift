import Substrate

/// A router's tables while their texts may still grow.
struct RouterLayout {
    var hosts: [HostRecord] = []
    var hostIndexes: [HostPattern: Int] = [:]
    var nodes: [PathNode] = []
    var matches: [RouteMatch] = []
    var details: [MatchDetail] = []
    var conditions: [MatchCondition] = []
    var exactPaths: [(scope: Int32, key: ByteRange, value: Int32)] = []
    var children: [(scope: Int32, key: ByteRange, value: Int32)] = []

    /// Interns what the tables are keyed by.
    func hostKeys(text: inout TextPool) -> [(scope: Int32, key: ByteRange, value: Int32)] {
        var keys: [(scope: Int32, key: ByteRange, value: Int32)] = []
        for (pattern, index) in hostIndexes {
            switch pattern.kind {
            case .exact: keys.append((Router.exactHosts, text.intern(pattern.name), Int32(index)))
            case .wildcard: keys.append((Router.wildcardHosts, text.intern(pattern.name), Int32(index)))
            case .every: break
            }
        }
        return keys
    }

    func frozen(
        hostKeys: [(scope: Int32, key: ByteRange, value: Int32)], text: FlatTable<UInt8>, seed: UInt64
    ) -> Router {
        var router = Router()
        router.hostKeys = KeyTable(hostKeys, text: text, seed: seed)
        router.hosts = FlatTable(hosts)
        router.everyHost = hostIndexes[.every].map { Int32($0) } ?? -1
        router.hasWildcards = hostIndexes.keys.contains { $0.kind == .wildcard }
        router.hasOwnedWildcards = hostIndexes.contains {
            $0.key.kind == .wildcard && hosts[$0.value].owner >= 0
        }
        router.exactPaths = KeyTable(exactPaths, text: text, seed: seed)
        router.literalChildren = KeyTable(children, text: text, seed: seed)
        router.nodes = FlatTable(nodes)
        router.matches = FlatTable(matches)
        router.details = FlatTable(details)
        router.conditions = FlatTable(conditions)
        return router
    }
}
