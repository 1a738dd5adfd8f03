import Substrate

/// One match of a route under one host, before its place in the order is known.
struct MatchDraft {
    var match: RouteMatch
    var detail: MatchDetail
    /// The list that it will be in.
    var list: Int

    // What the order is made of, in this order.
    var order: Int32
    var host: HostPattern
    var pathKind: PathPattern.Kind
    var literalSegments: Int
    var endsInRest: Bool
    /// Bytes of a prefix, segments of a template.
    var pathLength: Int
    var conditions: Int
    var isTenantOwned: Bool
    var name: String
    var sequence: Int

    /// The most specific goes first: host (exact, longer wildcard, every), path (exact, template by its literal
    /// segments, longer prefix), conditions, tenant before mesh, name; `order` before all of it.
    func precedes(_ other: MatchDraft) -> Bool {
        if order != other.order { return order > other.order }
        if host.kind != other.host.kind { return host.kind.rawValue < other.host.kind.rawValue }
        if host.kind == .wildcard {
            let (own, others) = (host.name.utf8.count, other.host.name.utf8.count)
            if own != others { return own > others }
        }
        if pathKind != other.pathKind { return pathKind.rawValue < other.pathKind.rawValue }
        if literalSegments != other.literalSegments { return literalSegments > other.literalSegments }
        if endsInRest != other.endsInRest { return other.endsInRest }
        if pathLength != other.pathLength { return pathLength > other.pathLength }
        if conditions != other.conditions { return conditions > other.conditions }
        if isTenantOwned != other.isTenantOwned { return isTenantOwned }
        if name != other.name { return name < other.name }
        return sequence < other.sequence
    }
}
