import Reactor
import Substrate

/// The end of a transport, in two steps: first it is told to everybody who asks, then nobody new is let in.
extension Transport {
    /// From now on every answer says `Connection: close`. Accepts, and keeps idle connections, as before.
    ///
    /// A connection is not closed behind an answer that did not say so: what already streams keeps its connection, and
    /// the next answer there says it.
    public func announceClose() {
        s[].announcesClose = true
        s[].servers.forEach { _, connection in
            guard let exchange = s[].exchanges[connection[].exchange],
                exchange[].responsePhase == .waiting
            else { return }
            exchange[].closesConnection = true
        }
    }

    /// Accepts no more, answers what is under way or has come already with `Connection: close`, and closes what is idle.
    /// A connection that has not asked yet, or was not told of the close, gets `lastRequestTimeout`.
    public func drain() {
        announceClose()
        s[].isDraining = true
        for index in s[].listeners.indices { stopListening(Int32(index)) }
        var waiting: [SlotID] = []
        s[].servers.forEach { id, connection in
            if connection[].exchange.isNone, connection[].phase == .open { waiting.append(id) }
        }
        endStreams()
        for id in waiting {
            if let connection = s[].servers[id] { hearLastRequest(id, connection) }
            flushDirty()
        }
        flushDirty()
    }

    private func hearLastRequest(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard !hear(id, connection) else { return }
        switch connection[].waiting {
        case .handshake, .head:
            let timeout = s[].limits.lastRequestTimeout
            if s[].loop.now.monotonic.adding(nanoseconds: timeout) < connection[].deadline {
                wait(connection, id, for: connection[].waiting, nanoseconds: timeout)
            }
        case .idle, .answer, .body, .stream, .flush, .linger: beginClosing(id, connection)
        }
    }

    /// Reads what the kernel has and may not have signalled yet. Whether anything came of it.
    private func hear(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) -> Bool {
        connection[].io.input.signalled([.in])
        serverReadable(id, connection)
        return connection[].io.isClosed || connection[].phase != .open || !connection[].exchange.isNone
    }

    /// An idle connection's time is over.
    func idleTimeIsOver(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        // Behind an answer that did not announce the close, a request may be on its way.
        if s[].isDraining, hear(id, connection) { return }
        // Not at once: an answer may still wait for its reader.
        beginClosing(id, connection)
    }

    /// The time of a connection that never asked is over.
    func closeUnasked(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard s[].isDraining else {
            closeServer(id, connection)
            return
        }
        if !hear(id, connection) { beginClosing(id, connection) }
    }

    /// Time for the next request on a connection that has been answered.
    func idleTimeout(of connection: SlotPointer<ServerConnection>) -> UInt64 {
        let timeout = s[].listeners[Int(connection[].listener)].options.idleTimeoutNanoseconds
        return s[].isDraining ? min(timeout, s[].limits.lastRequestTimeout) : timeout
    }

    /// Time for which input is thrown away behind the end of our side; nil to close at once.
    ///
    /// What comes behind a close is answered by a reset, which takes an answer with it that the client has not read yet
    /// (RFC 9112 §9.6). While the process leaves, every connection ends on our side first, so each waits for the client's.
    func lingerTimeout(of connection: SlotPointer<ServerConnection>) -> UInt64? {
        if connection[].clientEnded { return nil }
        // What was sent and is not read would make a reset of the close.
        if connection[].lingers || connection[].io.input.mayHaveInput { return s[].limits.lingerTimeout }
        return s[].announcesClose ? s[].limits.farewellTimeout : nil
    }
}
