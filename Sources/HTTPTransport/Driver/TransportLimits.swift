import Cryptography
import Reactor
import Substrate

/// Bounds of one worker's transport. Times in nanoseconds.
public struct TransportLimits: Sendable {
    /// Read from one socket at once. Also the most that one connection gets in one go before others have their turn.
    ///
    /// Measured with 64 KiB bodies, CPU time a request: 16 KiB 55 µs, 32 KiB 29, 40 to 52 KiB 23.5, 64 KiB 33.
    public var receiveBytes = 48 * 1024
    /// Above this much unsent output, the source of it is not read any more.
    public var highWatermarkBytes = 64 * 1024
    /// Below this much, it is read again.
    public var lowWatermarkBytes = 16 * 1024
    /// Body pieces at least this long are sent from where they were received, without a copy.
    public var directSendBytes = 8 * 1024
    /// What one connection's TLS messages may make us send, all in all and beside data. Each KeyUpdate that asks for
    /// another (RFC 8446 §4.6.3) costs 27 bytes and two derivations of keys, and OpenSSL counts none of them.
    public var maxTLSReplyBytes = 64 * 1024
    /// Time for a client to finish its TLS handshake.
    public var handshakeTimeout: UInt64 = 10_000_000_000
    /// Handshakes that wait to be begun, each worker; past it the newest is turned away. At some 3,000 a second the last
    /// in line waits a third of a second.
    public var maxWaitingHandshakes = 1024
    /// Steps of handshakes in one turn of the loop, where there is time for more than one.
    public var handshakeStepsPerTurn = 16
    /// The part of a busy turn's time, in percent, up to which more steps than one are taken.
    public var handshakeSharePercent: UInt64 = 25
    /// Time in which unsent output must make progress once the connection is closing.
    public var flushTimeout: UInt64 = 10_000_000_000
    /// Time in which a client must read on when part of a streamed answer waits for it.
    public var streamStallTimeout: UInt64 = 30_000_000_000
    /// Time for which input is thrown away behind an answer to a client that still sends.
    public var lingerTimeout: UInt64 = 5_000_000_000
    /// A request that is not idempotent goes only over a connection idle for less than this.
    public var freshIdle: UInt64 = 500_000_000
    /// Time for a connection that has not asked yet, or was not told of the close, to ask once listeners are closed.
    public var lastRequestTimeout: UInt64 = 1_000_000_000
    /// Time for a client to end its side of a connection that we ended because the process leaves: a request that
    /// crosses our end needs a round trip to come, and must not be answered by a reset.
    public var farewellTimeout: UInt64 = 1_000_000_000
    /// How often idle pools are swept.
    public var sweepInterval: UInt64 = 500_000_000
    /// Connections accepted from one listener in one turn.
    public var acceptsPerTurn = 8
    /// Pause after running out of descriptors.
    public var acceptPause: UInt64 = 100_000_000
    /// Bytes of collected bodies, each worker; past it such requests are answered 503 `sidecar.overloaded`.
    public var maxCollectedBytes = 256 << 20
    /// Connections from clients, each worker.
    public var maxServerConnections = 100_000

    public init() {}
}
