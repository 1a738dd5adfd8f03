import Substrate

/// What one worker's transport holds at this moment. For tests, which may not see inside where optimised.
package struct TransportCensus: Sendable {
    package var attempts = 0
    /// Heads that somebody holds.
    package var heads = 0
    package var collectedBytes = 0
    /// Of any one connection: bytes that wait to be sent, and bytes received that wait to be understood.
    package var mostPendingBytes = 0
    package var mostLeftoverBytes = 0
}

extension Transport {
    package var census: TransportCensus {
        var census = TransportCensus(
            attempts: s[].attempts.count, heads: s[].heads.outstanding, collectedBytes: s[].collectedBytes)
        s[].servers.forEach { _, connection in census.count(connection[].io) }
        s[].clients.forEach { _, connection in census.count(connection[].io) }
        return census
    }
}

extension TransportCensus {
    fileprivate mutating func count(_ io: borrowing ConnectionIO) {
        mostPendingBytes = max(mostPendingBytes, io.pendingBytes)
        mostLeftoverBytes = max(mostLeftoverBytes, io.leftover.count)
    }
}
