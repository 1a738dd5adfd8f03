import Substrate

/// One search: what is looked for, and the best match so far.
struct RouteSearch {
    let head: MessageHead
    let path: Bytes
    let listenerBit: UInt64
    let method: UInt16
    let isEdge: Bool
    /// At an edge: owner of the host, or -1.
    let tenant: Int32
    var bestRank = UInt32.max
    var best: Int32 = -1
}
