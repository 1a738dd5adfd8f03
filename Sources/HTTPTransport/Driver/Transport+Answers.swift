import Cryptography
import HTTPWire
import Reactor
public import Substrate

extension Transport {
    /// Answers an exchange whose handler said `.wait`. False when it is gone.
    public func answerLater(_ id: SlotID) -> Bool {
        guard let exchange = s[].exchanges[id] else { return false }
        answerLocally(exchange, .none)
        flushDirty()
        return true
    }

    /// Answers by ourselves and ends the exchange.
    func answerLocally(_ exchange: ExchangePointer, _ reason: ReasonCode) {
        guard let connection = s[].servers[exchange[].connection] else { return }
        exchange[].reason = reason
        dropAttempt(exchange, .cancelled)
        guard exchange[].responsePhase == .waiting else {
            // The answer has begun: the only honest end is one that the client sees as an error.
            abortServer(exchange[].connection, connection)
            return
        }
        let unread = exchange[].requestPhase == .receiving && hasBody(exchange)
        if unread { exchange[].closesConnection = true }
        openOutput(&connection[].io)
        let written = s[].handler.writeLocalAnswer(
            exchange, reason, closing: exchange[].closesConnection, into: &connection[].io.output)
        exchange[].status = written.status
        exchange[].responseBodyBytes = UInt64(written.bodyBytes)
        exchange[].responsePhase = .complete
        exchange[].bodyMode = .discarding
        if unread { connection[].lingers = true }
        markDirty(exchange[].connection, connection)
        if exchange[].requestPhase == .complete || unread { endExchange(exchange) }
    }

    func hasBody(_ exchange: ExchangePointer) -> Bool {
        exchange[].head.facts.isChunked || exchange[].head.facts.contentLength > 0
    }

    /// Bytes that are no request: answered with `reason`, and closed.
    func requestMalformed(_ id: SlotID, _ connection: SlotPointer<ServerConnection>, _ reason: ReasonCode) {
        if let exchange = s[].exchanges[connection[].exchange] {
            // Its head was fine, its body is not.
            answerLocally(exchange, reason)
            return
        }
        refuseConnection(id, connection, reason)
    }

    func refuseConnection(_ id: SlotID, _ connection: SlotPointer<ServerConnection>, _ reason: ReasonCode) {
        guard connection[].phase == .open else { return }
        if let exchange = s[].exchanges[connection[].exchange] {
            answerLocally(exchange, reason)
            return
        }
        openOutput(&connection[].io)
        s[].handler.writeRefusal(reason, listener: connection[].listener, into: &connection[].io.output)
        connection[].lingers = true
        beginClosing(id, connection)
    }

    /// The exchange's answer is queued and its request read, or given up: records it and goes on or closes.
    func endExchange(_ exchange: ExchangePointer) {
        let id = exchange[].connection
        guard let connection = s[].servers[id] else { return }
        let closes = exchange[].closesConnection || connection[].clientEnded
        finish(exchange)
        connection[].exchange = .none
        if closes {
            beginClosing(id, connection)
            return
        }
        wait(connection, id, for: .idle, nanoseconds: idleTimeout(of: connection))
        if !connection[].io.leftover.isEmpty || connection[].io.input.mayHaveInput
            || connection[].io.endedCleanly
        {
            queue(id, connection)
        }
    }

    /// Records the exchange and gives its memory back.
    func finish(_ exchange: ExchangePointer) {
        dropAttempt(exchange, .cancelled)
        s[].handler.exchangeEnded(exchange)
        s[].collectedBytes -= exchange[].body.count
        s[].traffic[Int(exchange[].listener)].ended &+= 1
        s[].heads.release(exchange[].head)
        s[].exchanges.free(exchange[].id)
    }

    /// No more requests on this connection; it ends when its output is gone.
    func beginClosing(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard connection[].phase == .open else { return }
        connection[].phase = .closing
        wait(connection, id, for: .flush, nanoseconds: s[].limits.flushTimeout)
        markDirty(id, connection)
    }

    /// The client's side ended. An owed answer is still sent: many clients shut their side and wait for it.
    func serverInputEnded(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        connection[].clientEnded = true
        guard connection[].phase == .open else {
            if connection[].phase == .lingering { closeServer(id, connection) }
            return
        }
        guard let exchange = s[].exchanges[connection[].exchange] else {
            beginClosing(id, connection)
            return
        }
        if exchange[].requestPhase == .receiving {
            // Half a request will never be whole.
            exchange[].reason = .clientClosed
            abortServer(id, connection)
        } else {
            exchange[].closesConnection = true
        }
    }

    /// The connection is broken in both directions.
    func serverBroken(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        if let exchange = s[].exchanges[connection[].exchange], exchange[].reason == .none {
            exchange[].reason = .clientClosed
        }
        closeServer(id, connection)
    }

    /// Ends the connection so that a client which has half an answer knows that it is not whole.
    func abortServer(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        flushLast(connection)
        _ = s[].calls.setOption(connection[].io.descriptor, .resetOnClose, 1)
        closeServer(id, connection)
    }

    func closeServer(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard !connection[].io.isClosed else { return }
        if let exchange = s[].exchanges[connection[].exchange] {
            connection[].exchange = .none
            finish(exchange)
        }
        if connection[].isInLine { s[].hasGoneFromLine = true }
        closeDescriptor(&connection[].io)
        s[].loop.timers.cancel(connection[].timer)
        s[].counters.closed &+= 1
        s[].traffic[Int(connection[].listener)].closed &+= 1
        s[].loads.add(-1, to: s[].worker)
        s[].servers.free(id)
    }

    /// Time is up for an exchange: for the answer's head, or for the next piece of a body.
    func exchangeTimedOut(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard let exchange = s[].exchanges[connection[].exchange] else {
            closeServer(id, connection)
            return
        }
        let waitsForClient =
            exchange[].requestPhase == .receiving && exchange[].responsePhase == .waiting
            && !connection[].io.readPaused
        if exchange[].responsePhase == .waiting {
            dropAttempt(exchange, .timedOut)
            answerLocally(exchange, waitsForClient ? .requestTimeout : .upstreamTimeout)
        } else {
            // Who did not move: the client that leaves its answer unread, or the upstream.
            let isUnread = connection[].io.writeBlocked
            exchange[].reason = isUnread ? .clientTooSlow : .upstreamTimeout
            if isUnread { s[].counters.slowReaders &+= 1 }
            dropAttempt(exchange, isUnread ? .cancelled : .timedOut)
            abortServer(id, connection)
        }
    }

    // MARK: Output

    /// Sends what the socket still takes of a connection that ends whatever comes of it.
    func flushLast(_ connection: SlotPointer<ServerConnection>) {
        let before = connection[].io.pendingBytes
        _ = flush(&connection[].io)
        let pending = connection[].io.pendingBytes
        countSent(before > pending ? before &- pending : 0, connection)
    }

    func flushServer(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard !connection[].io.isClosed else { return }
        let before = connection[].io.pendingBytes
        guard flush(&connection[].io) else {
            serverBroken(id, connection)
            return
        }
        let pending = connection[].io.pendingBytes
        countSent(before > pending ? before &- pending : 0, connection)
        if pending <= s[].limits.lowWatermarkBytes {
            resumeUpstream(of: connection)
            if before > s[].limits.lowWatermarkBytes { resumeRequests(id, connection) }
            if connection[].waiting == .stream { resumeStream(id, connection) }
        }
        if pending == 0 {
            if connection[].progress.subject == .answer { connection[].progress.stop() }
            if connection[].phase == .closing { outputGone(id, connection) }
        } else if connection[].io.writeBlocked {
            watchAnswer(id, connection)
        }
    }

    /// Requests may be understood again: their answers have room.
    private func resumeRequests(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard connection[].phase == .open, connection[].exchange.isNone else { return }
        if !connection[].io.leftover.isEmpty || connection[].io.input.mayHaveInput { queue(id, connection) }
    }

    /// A client that was slow has read on: what waits for it waits afresh.
    func clientTook(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        switch connection[].waiting {
        case .body:
            guard let exchange = s[].exchanges[connection[].exchange] else { return }
            wait(connection, id, for: .body, nanoseconds: exchange[].idleTimeoutNanoseconds)
        case .flush: wait(connection, id, for: .flush, nanoseconds: s[].limits.flushTimeout)
        case .stream:
            wait(connection, id, for: .stream, nanoseconds: s[].limits.streamStallTimeout)
        case .handshake, .head, .idle, .answer, .linger: break
        }
    }

    func countSent(_ count: Int, _ connection: SlotPointer<ServerConnection>) {
        s[].counters.bytesSent &+= UInt64(count)
        s[].traffic[Int(connection[].listener)].sent &+= UInt64(count)
    }

    /// The upstream may be read again: its answer has room.
    private func resumeUpstream(of connection: SlotPointer<ServerConnection>) {
        guard let exchange = s[].exchanges[connection[].exchange],
            let attempt = s[].attempts[exchange[].attempt],
            let client = s[].clients[attempt[].connection], client[].io.readPaused
        else { return }
        client[].io.readPaused = false
        queue(attempt[].connection, client)
    }

    /// A closing connection has sent all: closes it, behind a linger where the client still sends.
    private func outputGone(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        if let tls = connection[].io.tls, tls.isReady {
            s[].buffers.equip(&connection[].io.wire)
            tls.session.shutdown(output: &connection[].io.wire)
            tls.isReady = false
            _ = flush(&connection[].io)
        }
        guard let timeout = lingerTimeout(of: connection) else {
            closeServer(id, connection)
            return
        }
        // Closing now would reset the connection, and the client could lose the answer (RFC 9112 §9.6).
        _ = s[].calls.shutdown(connection[].io.descriptor, .write)
        connection[].phase = .lingering
        connection[].io.leftover.releaseStorage()
        wait(connection, id, for: .linger, nanoseconds: timeout)
        queue(id, connection)
    }

    /// Throws input away. False when there is nothing more to do now.
    func discard(_ id: SlotID, _ connection: SlotPointer<ServerConnection>, _ budget: inout Int) -> Bool {
        guard budget > 0 else {
            queue(id, connection)
            return false
        }
        guard connection[].io.input.mayHaveInput else {
            if connection[].io.input.endOfInput { closeServer(id, connection) }
            return false
        }
        let capacity = s[].limits.receiveBytes
        let count = unsafe s[].calls.recv(
            connection[].io.descriptor, s[].received.unsafeRoom(from: 0), capacity)
        if count > 0 {
            connection[].io.input.didRead(count: count, capacity: capacity)
            budget -= count
            return true
        }
        if count == SystemError.wouldBlock.result {
            connection[].io.input.didBlock()
            return false
        }
        closeServer(id, connection)
        return false
    }
}
