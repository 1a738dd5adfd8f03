import Substrate

extension Router {
    /// The tenant that a host belongs to, by the most specific of what tenants own; -1 for none.
    func owner(ofHost host: Bytes, text: FlatTable<UInt8>) -> Int32 {
        guard !host.isEmpty, host.count <= Self.maxHostBytes else { return -1 }
        let exact = hostKeys.find(host, scope: Self.exactHosts, text: text)
        if exact >= 0, hosts[Int(exact)].owner >= 0 { return hosts[Int(exact)].owner }
        guard hasOwnedWildcards else { return -1 }
        var dot = host.firstIndex(of: ASCII.dot)
        while let at = dot {
            let found = hostKeys.find(host.dropFirst(at &+ 1), scope: Self.wildcardHosts, text: text)
            if found >= 0, hosts[Int(found)].owner >= 0 { return hosts[Int(found)].owner }
            dot = host.firstIndex(of: ASCII.dot, from: at &+ 1)
        }
        return -1
    }

    /// Looks under the host itself, then under every wildcard that covers it, then under every host: a higher `order`
    /// may stand anywhere, and what cannot beat the best match so far is not entered.
    func search(host: Bytes, _ search: inout RouteSearch, text: FlatTable<UInt8>, names: FlatTable<ByteRange>)
    {
        if !host.isEmpty, host.count <= Self.maxHostBytes {
            let exact = hostKeys.find(host, scope: Self.exactHosts, text: text)
            if exact >= 0 { searchPaths(ofHost: exact, &search, text: text, names: names) }
            if hasWildcards, search.isEdge {
                var dot = host.firstIndex(of: ASCII.dot)
                while let at = dot {
                    let found = hostKeys.find(
                        host.dropFirst(at &+ 1), scope: Self.wildcardHosts, text: text)
                    if found >= 0 { searchPaths(ofHost: found, &search, text: text, names: names) }
                    dot = host.firstIndex(of: ASCII.dot, from: at &+ 1)
                }
            }
        }
        if everyHost >= 0, search.isEdge { searchPaths(ofHost: everyHost, &search, text: text, names: names) }
    }

    private func searchPaths(
        ofHost index: Int32, _ search: inout RouteSearch, text: FlatTable<UInt8>, names: FlatTable<ByteRange>
    ) {
        let host = hosts[Int(index)]
        guard host.bestRank < search.bestRank else { return }
        if host.hasExactPaths {
            let list = exactPaths.find(search.path, scope: index, text: text)
            if list >= 0 { searchList(list, &search, text: text, names: names) }
        }
        if host.root >= 0 { walk(host.root, from: 1, &search, text: text, names: names) }
    }

    /// Enters a node whose segments the path has up to `position`, the start of the next segment or past the end.
    /// Recursion is as deep as the deepest configured path, at most `maxSegments`.
    private func walk(
        _ index: Int32, from position: Int, _ search: inout RouteSearch, text: FlatTable<UInt8>,
        names: FlatTable<ByteRange>
    ) {
        let node = nodes[Int(index)]
        guard node.bestRank < search.bestRank else { return }
        if position > search.path.count {
            if node.templates >= 0 { searchList(node.templates, &search, text: text, names: names) }
        } else {
            let end = search.path.firstIndex(of: ASCII.slash, from: position) ?? search.path.count
            let segment = search.path[position, count: end &- position]
            if node.hasLiteralChildren {
                let child = literalChildren.find(segment, scope: index, text: text)
                if child >= 0 { walk(child, from: end &+ 1, &search, text: text, names: names) }
            }
            if node.parameterChild >= 0, !segment.isEmpty {
                walk(node.parameterChild, from: end &+ 1, &search, text: text, names: names)
            }
            if node.rests >= 0 { searchList(node.rests, &search, text: text, names: names) }
        }
        if node.prefixes >= 0 { searchList(node.prefixes, &search, text: text, names: names) }
    }

    /// Lists are in order: the first match that holds is the list's best.
    private func searchList(
        _ start: Int32, _ search: inout RouteSearch, text: FlatTable<UInt8>, names: FlatTable<ByteRange>
    ) {
        var index = Int(start)
        while true {
            let match = matches[index]
            if match.rank >= search.bestRank { return }
            if holds(match, at: index, search, text: text, names: names) {
                search.bestRank = match.rank
                search.best = Int32(index)
                return
            }
            if match.isLast { return }
            index &+= 1
        }
    }

    private func holds(
        _ match: RouteMatch, at index: Int, _ search: RouteSearch, text: FlatTable<UInt8>,
        names: FlatTable<ByteRange>
    ) -> Bool {
        guard match.listeners & search.listenerBit != 0 else { return false }
        if match.tenant >= 0, search.isEdge, match.tenant != search.tenant { return false }
        if match.methods != 0, match.methods & search.method == 0 { return false }
        if match.methods != 0, search.method == RouteMatch.otherMethodsBit {
            let name = search.head[search.head.facts.methodName]
            var isListed = false
            for index in details[index].otherMethods.indices where !isListed {
                isListed = text.bytes(names[index]).elementsEqual(name)
            }
            if !isListed { return false }
        }
        var condition = Int(match.firstCondition)
        let end = condition &+ Int(match.conditionCount)
        while condition < end {
            if !conditions[condition].holds(search.head, isEdge: search.isEdge, text: text) { return false }
            condition &+= 1
        }
        return true
    }
}
