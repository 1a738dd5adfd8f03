public import Cryptography
public import Reactor
import Substrate

/// How to reach one endpoint.
public struct UpstreamTarget {
    public var address: SocketAddress
    public var tls: TLSClientContext?
    public var connectTimeoutNanoseconds: UInt64
    public var idleTimeoutNanoseconds: UInt64
    public var maxIdle: Int

    public init(
        address: SocketAddress, tls: TLSClientContext?, connectTimeoutNanoseconds: UInt64,
        idleTimeoutNanoseconds: UInt64, maxIdle: Int
    ) {
        self.address = address
        self.tls = tls
        self.connectTimeoutNanoseconds = connectTimeoutNanoseconds
        self.idleTimeoutNanoseconds = idleTimeoutNanoseconds
        self.maxIdle = maxIdle
    }

    /// Whether a connection to the one proves what a connection to the other does.
    func isReached(as other: UpstreamTarget) -> Bool {
        address == other.address && tls?.terms == other.tls?.terms
    }
}

/// The connections of one worker to one endpoint. The idle ones form a list, newest first: the newest is reused, the
/// oldest is closed.
struct UpstreamPool {
    var target: UpstreamTarget
    /// A target was given for it. Until then it only holds its number's place.
    var isKnown = false
    /// No longer configured: what still asks for it is served, and connections are closed as they fall idle.
    var isRetired = false
    /// Counts the ways to reach the endpoint: connections of an earlier one are closed as they fall idle.
    var epoch: UInt32 = 0
    var newest = SlotID.none
    var oldest = SlotID.none
    var idle = 0
    var total = 0
    /// Connections opened and requests sent over them, since the pool exists.
    var opened: UInt64 = 0
    var reused: UInt64 = 0
}

/// A pool's numbers, for `/clusters`.
public struct PoolStatus: Sendable {
    public var pool: Int32
    public var idle: Int
    public var total: Int
    public var opened: UInt64
    public var reused: UInt64
}
