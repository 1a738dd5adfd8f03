/// The part of one match of a route that every lookup reads.
struct RouteMatch: BitwiseCopyable {
    /// One bit a listener.
    var listeners: UInt64
    /// Place in the order of all matches: 0 goes first.
    var rank: UInt32
    var route: Int32
    /// Owner of the route, or -1 for the mesh: at an edge it matches on the owner's hosts only.
    var tenant: Int32
    var firstCondition: UInt32
    var conditionCount: UInt16
    /// One bit a `HTTPMethod`; 0 for every method. Bit 15: see `MatchDetail.otherMethods`.
    var methods: UInt16
    /// The list that this match is in ends here.
    var isLast: Bool

    static var otherMethodsBit: UInt16 { 1 << 15 }
}
