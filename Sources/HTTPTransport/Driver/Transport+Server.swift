import Cryptography
import HTTPWire
import Reactor
import Substrate

extension Transport {
    func serverReady(_ id: SlotID, _ readiness: Readiness) {
        guard let connection = s[].servers[id] else { return }
        connection[].io.input.signalled(readiness)
        if readiness.contains(.out), connection[].io.writeBlocked {
            connection[].io.writeBlocked = false
            let before = connection[].io.pendingBytes
            flushServer(id, connection)
            if connection[].io.isClosed { return }
            if connection[].io.pendingBytes < before { clientTook(id, connection) }
        }
        if readiness.contains(.err) || readiness.contains(.hup) {
            // Both directions are gone: nobody is there to read an answer.
            serverBroken(id, connection)
            return
        }
        if isHandshaking(connection) {
            lineUp(id, connection)
        } else {
            serverReadable(id, connection)
        }
    }

    /// Reads and handles as much as may be handled now.
    func serverReadable(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        var budget = s[].limits.receiveBytes
        while !connection[].io.isClosed {
            if connection[].phase == .lingering {
                guard discard(id, connection, &budget) else { return }
                continue
            }
            // While an answer is owed, input stays in the socket; `mayHaveInput` remembers it.
            guard mayDecode(connection) else {
                if connection[].waiting == .stream { streamTouched(connection) }
                return
            }
            if !connection[].io.leftover.isEmpty, !connection[].io.leftoverIsPartial {
                let consumed = decode(id, connection, connection[].io.leftover.bytes)
                if connection[].io.isClosed { return }
                consumeLeftover(consumed, in: &connection[].io)
                // One call understands one message: behind it there may be another.
                if consumed > 0 { continue }
                connection[].io.leftoverIsPartial = mayDecode(connection)
            }
            guard budget > 0 else {
                queue(id, connection)
                return
            }
            let held = connection[].io.leftover.count
            let received = receive(&connection[].io)
            handshakeMayHaveEnded(id, connection)
            switch received {
            case .nothing:
                if !connection[].exchange.isNone { watchBody(id, connection) }
                return
            case .window(let window):
                budget -= max(1, window.count)
                // The window begins with what was left over and counted before.
                let fresh = UInt64(max(0, window.count &- held))
                s[].counters.bytesReceived &+= fresh
                s[].traffic[Int(connection[].listener)].received &+= fresh
                if !connection[].io.wire.isEmpty { markDirty(id, connection) }
                serverReceived(id, connection, window)
            case .ended:
                serverInputEnded(id, connection)
                return
            case .failed:
                if connection[].waiting == .handshake {
                    s[].counters.handshakeFailures &+= 1
                    s[].handler.handshakeFailed(
                        listener: connection[].listener, failure: connection[].io.tls?.session.failure)
                }
                // A TLS alert may wait to be sent.
                flushLast(connection)
                serverBroken(id, connection)
                return
            }
        }
    }

    private func serverReceived(_ id: SlotID, _ connection: SlotPointer<ServerConnection>, _ window: Bytes) {
        var rest = window
        while !rest.isEmpty, mayDecode(connection) {
            let consumed = decode(id, connection, rest)
            if connection[].io.isClosed { return }
            rest = rest.dropFirst(consumed)
            if consumed == 0 { break }
        }
        guard connection[].phase == .open else { return }
        connection[].io.leftoverIsPartial = !rest.isEmpty && mayDecode(connection)
        keep(rest, in: &connection[].io)
    }

    /// Whether the next bytes may be understood now: not while an answer is owed for a whole request, nor while a
    /// client that pipelines leaves its answers unread.
    private func mayDecode(_ connection: SlotPointer<ServerConnection>) -> Bool {
        guard connection[].phase == .open, !connection[].io.readPaused else { return false }
        guard let exchange = s[].exchanges[connection[].exchange] else {
            // A client that asks on and on without reading its answers is not asked what it wants next.
            return connection[].io.pendingBytes <= s[].limits.highWatermarkBytes
        }
        return exchange[].requestPhase == .receiving
    }

    /// Understands one message's worth of `window`. Returns the bytes consumed.
    private func decode(_ id: SlotID, _ connection: SlotPointer<ServerConnection>, _ window: Bytes) -> Int {
        guard !window.isEmpty else { return 0 }
        let listener = Int(connection[].listener)
        let wasIdle = connection[].exchange.isNone && connection[].waiting == .idle
        let consumed = connection[].decoder.decode(
            window, limits: s[].listeners[listener].options.limits, heads: &s[].heads, events: &s[].events)
        if s[].events.count == 0 {
            if wasIdle {
                wait(
                    connection, id, for: .head,
                    nanoseconds: s[].listeners[listener].options.headTimeoutNanoseconds)
            }
            return consumed
        }
        var index = 0
        while index < s[].events.count {
            let event = s[].events[index]
            index &+= 1
            switch event.kind {
            case .head:
                guard let head = event.head else { continue }
                if connection[].phase == .open {
                    requestArrived(id, connection, head)
                } else {
                    s[].heads.release(head)
                }
            case .informational:
                if let head = event.head { s[].heads.release(head) }
            case .body:
                requestBodyArrived(id, connection, window[event.range])
            case .trailers:
                requestTrailersArrived(connection, window[event.range])
            case .end:
                requestEnded(id, connection)
            case .failed:
                requestMalformed(id, connection, event.reason)
            }
        }
        s[].events.removeAll()
        return consumed
    }

    private func requestArrived(
        _ id: SlotID, _ connection: SlotPointer<ServerConnection>, _ head: MessageHead
    ) {
        connection[].requests &+= 1
        s[].traffic[Int(connection[].listener)].begun &+= 1
        let exchangeID = s[].exchanges.insert(
            Exchange(
                id: .none, listener: connection[].listener, head: head, peer: connection[].peer,
                startedAt: s[].loop.now, connection: id))
        guard let exchange = s[].exchanges[exchangeID] else { return }
        exchange[].id = exchangeID
        connection[].exchange = exchangeID
        exchange[].closesConnection = !head.facts.keepsAlive || s[].announcesClose
        follow(s[].handler.requestArrived(exchange), exchange)
    }

    private func requestBodyArrived(
        _ id: SlotID, _ connection: SlotPointer<ServerConnection>, _ bytes: Bytes
    ) {
        guard connection[].phase == .open, let exchange = s[].exchanges[connection[].exchange] else { return }
        exchange[].requestBodyBytes &+= UInt64(bytes.count)
        if exchange[].requestBodyBytes > exchange[].maxBodyBytes {
            answerLocally(exchange, .bodyTooLarge)
            return
        }
        switch exchange[].bodyMode {
        case .collecting:
            guard s[].collectedBytes + bytes.count <= s[].limits.maxCollectedBytes else {
                answerLocally(exchange, .overloaded)
                return
            }
            s[].handler.bodyArrived(exchange, bytes)
            exchange[].body.append(bytes)
            s[].collectedBytes += bytes.count
            waitForAnswer(exchange, connection)
        case .streaming:
            if exchange[].responsePhase == .streaming {
                wait(connection, id, for: .body, nanoseconds: exchange[].idleTimeoutNanoseconds)
            } else {
                waitForAnswer(exchange, connection)
            }
            forwardBody(exchange, connection, bytes)
        case .discarding:
            break
        }
    }

    private func requestTrailersArrived(_ connection: SlotPointer<ServerConnection>, _ trailers: Bytes) {
        guard let exchange = s[].exchanges[connection[].exchange], exchange[].bodyMode == .streaming else {
            return
        }
        forwardTrailers(exchange, trailers)
    }

    private func requestEnded(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard connection[].phase == .open, let exchange = s[].exchanges[connection[].exchange] else { return }
        exchange[].requestPhase = .complete
        if exchange[].responsePhase == .waiting, exchange[].requestBodyBytes > 0 {
            waitForAnswer(exchange, connection)
        }
        switch exchange[].bodyMode {
        case .collecting:
            exchange[].bodyMode = .discarding
            follow(s[].handler.bodyCollected(exchange), exchange)
        case .streaming:
            forwardEnd(exchange)
        case .discarding:
            // Answered before the request was whole.
            if exchange[].responsePhase == .complete { endExchange(exchange) }
        }
    }

    /// Does what the handler decided about a request.
    func follow(_ decision: RequestDecision, _ exchange: ExchangePointer) {
        guard let connection = s[].servers[exchange[].connection] else { return }
        switch decision {
        case .forward(let pool, let requestTimeout, let idleTimeout, let maxBodyBytes):
            exchange[].maxBodyBytes = maxBodyBytes
            exchange[].requestTimeoutNanoseconds = requestTimeout
            exchange[].idleTimeoutNanoseconds = idleTimeout
            if exchange[].head.facts.contentLength > 0,
                UInt64(exchange[].head.facts.contentLength) > maxBodyBytes
            {
                answerLocally(exchange, .bodyTooLarge)
                return
            }
            waitForAnswer(exchange, connection)
            startAttempt(exchange, pool: pool)
        case .collectBody(let maxBytes, let requestTimeout, let idleTimeout):
            exchange[].maxBodyBytes = maxBytes
            exchange[].requestTimeoutNanoseconds = requestTimeout
            exchange[].idleTimeoutNanoseconds = idleTimeout
            if exchange[].head.facts.contentLength > 0,
                UInt64(exchange[].head.facts.contentLength) > maxBytes
            {
                answerLocally(exchange, .bodyTooLarge)
                return
            }
            exchange[].bodyMode = .collecting
            waitForAnswer(exchange, connection)
            if exchange[].head.facts.expectsContinue, exchange[].head.facts.minorVersion > 0 {
                openOutput(&connection[].io)
                connection[].io.output.append("HTTP/1.1 100 Continue\r\n\r\n")
                markDirty(exchange[].connection, connection)
            }
        case .refuse(let reason):
            answerLocally(exchange, reason)
        case .answer:
            answerLocally(exchange, .none)
        case .wait:
            exchange[].bodyMode = .discarding
            waitForAnswer(exchange, connection)
        case .stream:
            beginStream(exchange, connection)
        }
    }

    /// The answer's head must come within the request's time, and the request's own body without a pause longer than
    /// the idle time.
    private func waitForAnswer(_ exchange: ExchangePointer, _ connection: SlotPointer<ServerConnection>) {
        let elapsed = s[].loop.now.monotonic.nanoseconds(since: exchange[].startedAt.monotonic)
        let timeout = exchange[].requestTimeoutNanoseconds
        var left = timeout > elapsed ? timeout &- elapsed : 0
        if exchange[].requestPhase == .receiving, hasBody(exchange) {
            left = min(left, exchange[].idleTimeoutNanoseconds)
        }
        wait(connection, exchange[].connection, for: .answer, nanoseconds: left)
    }
}
