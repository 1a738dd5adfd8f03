import Substrate

/// Collects hosts, paths and matches, and lays them out as a `Router`.
struct RouterCompiler {
    private struct ExactPath: Hashable {
        var host: Int
        var path: ByteRange.Key
    }

    private struct Child: Hashable {
        var parent: Int
        var segment: ByteRange.Key
    }

    private var hostIndexes: [HostPattern: Int] = [:]
    private var hosts: [HostRecord] = []
    private var nodes: [PathNode] = []
    private var parents: [Int] = []
    private var exactPaths: [ExactPath: Int] = [:]
    private var children: [Child: Int] = [:]
    private var drafts: [MatchDraft] = []
    private var listCount = 0
    private(set) var conditions: [MatchCondition] = []

    // MARK: Hosts

    private mutating func host(_ pattern: HostPattern) -> Int {
        if let known = hostIndexes[pattern] { return known }
        let index = hosts.count
        hostIndexes[pattern] = index
        hosts.append(HostRecord())
        return index
    }

    /// Says that a host is a tenant's. False when it is another's.
    mutating func own(_ pattern: HostPattern, by tenant: Int32) -> Bool {
        let index = host(pattern)
        guard hosts[index].owner < 0 || hosts[index].owner == tenant else { return false }
        hosts[index].owner = tenant
        return true
    }

    /// The tenant that a request for this host would be taken to claim, or -1.
    func owner(of pattern: HostPattern) -> Int32 {
        if let index = hostIndexes[pattern], hosts[index].owner >= 0 { return hosts[index].owner }
        for wildcard in pattern.coveringWildcards {
            if let index = hostIndexes[wildcard], hosts[index].owner >= 0 { return hosts[index].owner }
        }
        return -1
    }

    // MARK: Matches

    mutating func add(conditions list: [MatchCondition]) -> UInt32 {
        let start = UInt32(conditions.count)
        conditions.append(contentsOf: list)
        return start
    }

    /// Puts a match under its host and path; `draft.list` is filled in here.
    mutating func add(_ draft: MatchDraft, path: PathPattern, text: inout TextPool) {
        var draft = draft
        let host = host(draft.host)
        switch path.kind {
        case .exact:
            hosts[host].hasExactPaths = true
            draft.list = list(in: ExactPath(host: host, path: .init(text.intern(path.text))))
        case .template:
            let node = node(under: host, path: path, text: &text)
            draft.list =
                path.endsInRest
                ? list(at: node, \.rests) : list(at: node, \.templates)
        case .prefix:
            draft.list = list(at: node(under: host, path: path, text: &text), \.prefixes)
        }
        drafts.append(draft)
    }

    private mutating func newList() -> Int {
        listCount += 1
        return listCount - 1
    }

    private mutating func list(in path: ExactPath) -> Int {
        if let known = exactPaths[path] { return known }
        let fresh = newList()
        exactPaths[path] = fresh
        return fresh
    }

    private mutating func list(at node: Int, _ field: WritableKeyPath<PathNode, Int32>) -> Int {
        if nodes[node][keyPath: field] >= 0 { return Int(nodes[node][keyPath: field]) }
        let fresh = newList()
        nodes[node][keyPath: field] = Int32(fresh)
        return fresh
    }

    /// The node at the end of the path, made with all those before it. That of a `{rest**}` is its parent.
    private mutating func node(under host: Int, path: PathPattern, text: inout TextPool) -> Int {
        if hosts[host].root < 0 { hosts[host].root = Int32(newNode(parent: -1)) }
        var current = Int(hosts[host].root)
        for segment in path.segments {
            switch segment {
            case .literal(let name):
                let key = Child(parent: current, segment: .init(text.intern(name)))
                if let known = children[key] {
                    current = known
                } else {
                    nodes[current].hasLiteralChildren = true
                    let fresh = newNode(parent: current)
                    children[key] = fresh
                    current = fresh
                }
            case .parameter:
                if nodes[current].parameterChild < 0 {
                    nodes[current].parameterChild = Int32(newNode(parent: current))
                }
                current = Int(nodes[current].parameterChild)
            case .rest: return current
            }
        }
        return current
    }

    private mutating func newNode(parent: Int) -> Int {
        nodes.append(PathNode())
        parents.append(parent)
        return nodes.count - 1
    }

    // MARK: Layout

    /// Orders all matches and makes every list contiguous, in that order.
    consuming func finish() -> RouterLayout {
        let ranked = drafts.indices.sorted { drafts[$0].precedes(drafts[$1]) }
        var ends = [Int](repeating: 0, count: listCount)
        for draft in drafts { ends[draft.list] += 1 }
        var total = 0
        for list in ends.indices {
            total += ends[list]
            ends[list] = total
        }
        var layout = RouterLayout()
        var next = [Int](repeating: 0, count: listCount)
        for list in ends.indices.dropFirst() { next[list] = ends[list - 1] }
        let starts = next
        var places = [Int](repeating: 0, count: drafts.count)
        for (rank, index) in ranked.enumerated() {
            let list = drafts[index].list
            drafts[index].match.rank = UInt32(rank)
            drafts[index].match.isLast = next[list] + 1 == ends[list]
            places[next[list]] = index
            next[list] += 1
        }
        layout.matches = places.map { drafts[$0].match }
        layout.details = places.map { drafts[$0].detail }
        layout.conditions = conditions
        let bestOfList = starts.map { layout.matches[$0].rank }
        for index in nodes.indices.reversed() {
            for list in [nodes[index].prefixes, nodes[index].templates, nodes[index].rests] where list >= 0 {
                nodes[index].bestRank = min(nodes[index].bestRank, bestOfList[Int(list)])
            }
            if nodes[index].prefixes >= 0 {
                nodes[index].prefixes = Int32(starts[Int(nodes[index].prefixes)])
            }
            if nodes[index].templates >= 0 {
                nodes[index].templates = Int32(starts[Int(nodes[index].templates)])
            }
            if nodes[index].rests >= 0 { nodes[index].rests = Int32(starts[Int(nodes[index].rests)]) }
            let parent = parents[index]
            if parent >= 0 { nodes[parent].bestRank = min(nodes[parent].bestRank, nodes[index].bestRank) }
        }
        layout.nodes = nodes
        layout.children = children.map { key, node in (Int32(key.parent), key.segment.range, Int32(node)) }
        for (key, list) in exactPaths {
            hosts[key.host].bestRank = min(hosts[key.host].bestRank, bestOfList[list])
            layout.exactPaths.append((Int32(key.host), key.path.range, Int32(starts[list])))
        }
        for index in hosts.indices where hosts[index].root >= 0 {
            hosts[index].bestRank = min(hosts[index].bestRank, nodes[Int(hosts[index].root)].bestRank)
        }
        layout.hosts = hosts
        layout.hostIndexes = hostIndexes
        return layout
    }
}
