import MeshModel
import Policy

/// Routing by looking at every match of every route: slow and plain, to compare the compiled router with.
struct RouterOracle {
    let configuration: MeshConfiguration

    private struct Key: Comparable {
        var order: Int
        var host: (Int, Int)
        var path: (Int, Int, Int, Int)
        var conditions: Int
        var name: String
        var sequence: Int

        static func == (left: Key, right: Key) -> Bool { !(left < right) && !(right < left) }

        /// Smaller goes first.
        static func < (left: Key, right: Key) -> Bool {
            if left.order != right.order { return left.order > right.order }
            if left.host != right.host { return left.host < right.host }
            if left.path != right.path { return left.path < right.path }
            if left.conditions != right.conditions { return left.conditions > right.conditions }
            if left.name != right.name { return left.name < right.name }
            return left.sequence < right.sequence
        }
    }

    func route(_ request: RequestSketch) -> String {
        var best: (key: Key, name: String)?
        for route in configuration.routes {
            for (sequence, match) in route.spec.matches.enumerated() {
                guard let path = Self.path(match.path, request.path),
                    match.methods.isEmpty || match.methods.contains(request.method),
                    match.headers.allSatisfy({ condition in
                        request.fields.contains {
                            $0.0.lowercased() == condition.name.lowercased()
                                && Self.holds(condition.value, $0.1)
                        }
                    })
                else { continue }
                for host in route.spec.hosts.isEmpty ? ["*"] : route.spec.hosts {
                    guard let rank = Self.host(host, request.host) else { continue }
                    let key = Key(
                        order: route.spec.order, host: rank, path: path,
                        conditions: match.headers.count + (match.methods.isEmpty ? 0 : 1), name: route.name,
                        sequence: sequence)
                    if best.map({ key < $0.key }) ?? true { best = (key, route.name) }
                }
            }
        }
        return best?.name ?? ""
    }

    private static func holds(_ value: RouteSpec.ValueMatch, _ text: String) -> Bool {
        switch value {
        case .exact(let wanted): text == wanted
        case .prefix(let wanted): text.hasPrefix(wanted)
        case .present: true
        }
    }

    private static func host(_ pattern: String, _ host: String) -> (Int, Int)? {
        if pattern == "*" { return (2, 0) }
        guard pattern.hasPrefix("*.") else { return pattern == host ? (0, 0) : nil }
        return host.hasSuffix(pattern.dropFirst()) ? (1, -pattern.utf8.count) : nil
    }

    private static func path(_ pattern: RouteSpec.PathMatch?, _ path: String) -> (Int, Int, Int, Int)? {
        switch pattern ?? .prefix("/") {
        case .exact(let text): return text == path ? (0, 0, 0, 0) : nil
        case .prefix(let text):
            let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
            guard trimmed.isEmpty || path == trimmed || path.hasPrefix(trimmed + "/") else { return nil }
            return (2, 0, 0, -trimmed.utf8.count)
        case .template(let text):
            let wanted = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            let given = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            let hasRest = wanted.last?.hasSuffix("**}") ?? false
            guard hasRest ? given.count >= wanted.count : given.count == wanted.count else { return nil }
            var literals = 0
            for (index, segment) in wanted.enumerated() {
                if segment.hasPrefix("{") {
                    if given[index].isEmpty, !(hasRest && index == wanted.count - 1) { return nil }
                } else {
                    if segment != given[index] { return nil }
                    literals += 1
                }
            }
            return (1, -literals, hasRest ? 1 : 0, -wanted.count)
        }
    }
}
