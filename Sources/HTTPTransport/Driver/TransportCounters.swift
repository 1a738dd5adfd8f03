import Cryptography
import Reactor
import Substrate

/// What the transport counts by itself. Plain numbers of one worker, copied for others at the end of each turn.
///
/// 64-bit numbers only: they are published and added up without being named.
public struct TransportCounters: Sendable, BitwiseCopyable {
    /// Client connections accepted, closed, and refused at a limit.
    public var accepted: UInt64 = 0
    public var closed: UInt64 = 0
    public var refused: UInt64 = 0
    /// Accepts that failed for want of descriptors.
    public var acceptPauses: UInt64 = 0
    /// Connections to endpoints opened, and requests sent over one that had served before.
    public var upstreamOpened: UInt64 = 0
    public var upstreamReused: UInt64 = 0
    /// TLS handshakes with clients: whole ones, those shortened by a ticket, failed ones, and those turned away because
    /// too many waited.
    public var handshakes: UInt64 = 0
    public var handshakesResumed: UInt64 = 0
    public var handshakesShed: UInt64 = 0
    public var handshakeFailures: UInt64 = 0
    /// Clients given up because they took next to nothing of an answer, or sent next to nothing of a body.
    public var slowReaders: UInt64 = 0
    public var slowSenders: UInt64 = 0
    /// Bytes from and to clients, as on the wire.
    public var bytesReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0

    public init() {}

    public mutating func add(_ other: TransportCounters) {
        unsafe withUnsafeMutableBytes(of: &self) { sums in
            unsafe withUnsafeBytes(of: other) { more in
                for offset in stride(from: 0, to: MemoryLayout<TransportCounters>.size, by: 8) {
                    let sum =
                        unsafe sums.load(fromByteOffset: offset, as: UInt64.self)
                        &+ more.load(fromByteOffset: offset, as: UInt64.self)
                    unsafe sums.storeBytes(of: sum, toByteOffset: offset, as: UInt64.self)
                }
            }
        }
    }
}
