import HTTPWire
import Reactor
public import Substrate

/// Answers of our own whose length nobody knows when they begin.
///
///     waiting ──.stream──▶ streaming ⇄ asked for more ──.end, drain, client's end──▶ complete
///
/// The handler is asked, never told to wait: what it holds back is its own business, and what is written but not sent
/// stays below the high watermark by at most what one call appends.
extension Transport {
    /// There is more of a streamed answer. False when it is gone. For the loop's thread, outside of the handler's
    /// `writeStream`.
    @discardableResult
    public func continueStream(_ id: SlotID) -> Bool {
        guard let exchange = s[].exchanges[id], exchange[].isStream else { return false }
        stepStream(exchange, ending: false)
        flushDirty()
        return s[].exchanges[id] != nil
    }

    /// Writes the head, and what there is already.
    func beginStream(_ exchange: ExchangePointer, _ connection: SlotPointer<ServerConnection>) {
        exchange[].bodyMode = .discarding
        // What is left of a body is thrown away: behind it nothing can follow.
        if exchange[].requestPhase == .receiving, hasBody(exchange) { exchange[].closesConnection = true }
        openOutput(&connection[].io)
        exchange[].status = s[].handler.writeStreamHead(exchange, into: &connection[].io.output)
        exchange[].isStream = true
        exchange[].responsePhase = .streaming
        let isHead = exchange[].head.facts.method == .head
        if exchange[].head.facts.minorVersion > 0 {
            exchange[].answersChunked = !isHead
            if !isHead { connection[].io.output.append("transfer-encoding: chunked\r\n") }
        } else {
            exchange[].closesConnection = true
        }
        if exchange[].closesConnection { connection[].io.output.append("connection: close\r\n") }
        connection[].io.output.append("\r\n")
        markDirty(exchange[].connection, connection)
        wait(
            connection, exchange[].connection, for: .stream, nanoseconds: s[].limits.streamStallTimeout)
        if isHead {
            endStream(exchange, connection)
        } else {
            stepStream(exchange, ending: false)
        }
    }

    /// Asks the handler for more, where the client has room for it. With `ending`, for the last time.
    func stepStream(_ exchange: ExchangePointer, ending: Bool) {
        guard exchange[].isStream, exchange[].responsePhase == .streaming,
            let connection = s[].servers[exchange[].connection]
        else { return }
        let pending = connection[].io.pendingBytes
        guard ending || pending <= s[].limits.lowWatermarkBytes else {
            exchange[].streamHasMore = true
            return
        }
        s[].streamed.removeAll()
        let step = s[].handler.writeStream(
            exchange, room: max(0, s[].limits.highWatermarkBytes - pending), ending: ending,
            into: &s[].streamed)
        if !s[].streamed.isEmpty {
            if pending == 0 {
                wait(
                    connection, exchange[].connection, for: .stream,
                    nanoseconds: s[].limits.streamStallTimeout)
            }
            appendStreamed(exchange, connection)
        }
        exchange[].streamHasMore = step == .more
        if ending || step == .end { endStream(exchange, connection) }
    }

    private func appendStreamed(_ exchange: ExchangePointer, _ connection: SlotPointer<ServerConnection>) {
        exchange[].responseBodyBytes &+= UInt64(s[].streamed.count)
        openOutput(&connection[].io)
        if exchange[].answersChunked {
            HTTP1Encoder.chunkHeader(size: s[].streamed.count, into: &connection[].io.output)
        }
        connection[].io.output.append(s[].streamed.bytes)
        if exchange[].answersChunked { connection[].io.output.append("\r\n") }
        s[].streamed.removeAll()
        markDirty(exchange[].connection, connection)
    }

    private func endStream(_ exchange: ExchangePointer, _ connection: SlotPointer<ServerConnection>) {
        if exchange[].answersChunked {
            openOutput(&connection[].io)
            connection[].io.output.append("0\r\n\r\n")
        }
        exchange[].isStream = false
        exchange[].responsePhase = .complete
        markDirty(exchange[].connection, connection)
        let unread = exchange[].requestPhase == .receiving && hasBody(exchange)
        if unread { connection[].lingers = true }
        // A request without a body ends with its head: that event is on its way.
        if exchange[].requestPhase == .complete || unread { endExchange(exchange) }
    }

    /// Something came on a connection whose answer is being streamed: its end, or room.
    func streamTouched(_ connection: SlotPointer<ServerConnection>) {
        guard let exchange = s[].exchanges[connection[].exchange], exchange[].isStream else { return }
        if connection[].io.input.peerClosed {
            // Nobody listens to an endless answer with its own side shut, but whoever does gets a proper end.
            connection[].clientEnded = true
            exchange[].reason = .clientClosed
            exchange[].closesConnection = true
            stepStream(exchange, ending: true)
        } else if exchange[].streamHasMore {
            stepStream(exchange, ending: false)
        }
    }

    /// The client has read on.
    func resumeStream(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard let exchange = s[].exchanges[connection[].exchange], exchange[].streamHasMore else { return }
        // In the next turn: an answer without end leaves the others their turns.
        queue(id, connection)
    }

    /// Nothing was read of what waits for so long; or nothing waits, and all is well.
    func streamTimedOut(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard connection[].io.pendingBytes > 0 else {
            wait(connection, id, for: .stream, nanoseconds: s[].limits.streamStallTimeout)
            return
        }
        s[].exchanges[connection[].exchange]?[].reason = .clientClosed
        abortServer(id, connection)
    }

    /// A drain ends what would not end by itself.
    func endStreams() {
        var streaming: [SlotID] = []
        s[].exchanges.forEach { id, exchange in
            if exchange[].isStream { streaming.append(id) }
        }
        for id in streaming {
            if let exchange = s[].exchanges[id] { stepStream(exchange, ending: true) }
        }
    }
}
