import Substrate

extension Transport {
    /// Bytes of answers that clients have not taken yet. Walks all connections: for listeners that have few.
    public var waitingAnswerBytes: Int {
        var bytes = 0
        s[].servers.forEach { _, connection in bytes &+= connection[].io.pendingBytes }
        return bytes
    }
}
