import Cryptography
import Reactor
import Substrate

/// What the transport counts by itself. Plain numbers of one worker, copied out when somebody asks.
public struct TransportCounters: Sendable {
    /// Client connections accepted, closed, and refused at a limit.
    public var accepted: UInt64 = 0
    public var closed: UInt64 = 0
    public var refused: UInt64 = 0
    /// Accepts that failed for want of descriptors.
    public var acceptPauses: UInt64 = 0
    /// Connections to endpoints opened, and requests sent over one that had served before.
    public var upstreamOpened: UInt64 = 0
    public var upstreamReused: UInt64 = 0
    /// TLS handshakes with clients finished and failed.
    public var handshakes: UInt64 = 0
    public var handshakeFailures: UInt64 = 0
    /// Clients given up because they took next to nothing of an answer, or sent next to nothing of a body.
    public var slowReaders: UInt64 = 0
    public var slowSenders: UInt64 = 0
    /// Bytes from and to clients, as on the wire.
    public var bytesReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0

    public init() {}
}
