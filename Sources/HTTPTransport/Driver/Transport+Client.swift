import Cryptography
import HTTPWire
import Reactor
import Substrate

extension Transport {
    /// Bounds of what an upstream may send as a head.
    private static var answerLimits: HTTP1Limits { HTTP1Limits() }

    func clientReady(_ id: SlotID, _ readiness: Readiness) {
        guard let client = s[].clients[id] else { return }
        client[].io.input.signalled(readiness)
        if client[].phase == .connecting {
            guard readiness.contains(.out) || readiness.contains(.err) || readiness.contains(.hup) else {
                return
            }
            if let error = s[].calls.takeError(client[].io.descriptor) {
                s[].handler.endpointFailed(pool: client[].pool, fault: .socket(error))
                clientFailed(id, client, .connectRefused)
                return
            }
            connected(id, client)
            if client[].io.isClosed { return }
        }
        if readiness.contains(.out), client[].io.writeBlocked {
            client[].io.writeBlocked = false
            flushClient(id, client)
            if client[].io.isClosed { return }
        }
        clientReadable(id, client)
    }

    /// The socket is connected: begins TLS, or sends what waits.
    func connected(_ id: SlotID, _ client: SlotPointer<ClientConnection>) {
        client[].io.writeBlocked = false
        if let tls = client[].io.tls {
            client[].phase = .handshaking
            s[].buffers.equip(&client[].io.wire)
            let (step, _) = tls.session.handshake(
                input: Bytes(), now: s[].loop.now.wall, output: &client[].io.wire)
            if case .failed(let failure) = step {
                s[].handler.endpointFailed(pool: client[].pool, fault: .tls(failure))
                clientFailed(id, client, .tlsFailed)
                return
            }
            markDirty(id, client)
            return
        }
        becameReady(id, client)
    }

    /// Ready to take a request: nothing to wait for any more.
    func becameBusy(_ client: SlotPointer<ClientConnection>) {
        client[].phase = .busy
        s[].loop.timers.cancel(client[].timer)
        client[].timer = .none
    }

    private func becameReady(_ id: SlotID, _ client: SlotPointer<ClientConnection>) {
        becameBusy(client)
        guard let attempt = s[].attempts[client[].attempt] else {
            // Whoever wanted this connection went away while it was made.
            checkIn(id, client)
            return
        }
        if let exchange = s[].exchanges[attempt[].exchange] {
            exchange[].connectedAt = s[].loop.now.monotonic
        }
        markDirty(id, client)
    }

    func clientReadable(_ id: SlotID, _ client: SlotPointer<ClientConnection>) {
        var budget = s[].limits.receiveBytes
        while !client[].io.isClosed, client[].phase != .connecting {
            guard !client[].io.readPaused else { return }
            if !client[].io.leftover.isEmpty, !client[].io.leftoverIsPartial, client[].phase == .busy {
                let before = client[].io.leftover.count
                let consumed = decode(id, client, client[].io.leftover.bytes)
                if client[].io.isClosed { return }
                consumeLeftover(consumed, in: &client[].io)
                client[].io.leftoverIsPartial = consumed < before && !client[].io.readPaused
                if consumed > 0 { continue }
            }
            guard budget > 0 else {
                queue(id, client)
                return
            }
            let held = client[].io.leftover.count
            switch receive(&client[].io) {
            case .nothing:
                return
            case .window(let window):
                budget -= max(1, window.count)
                s[].upstreamTraffic.received &+= UInt64(max(0, window.count &- held))
                if !client[].io.wire.isEmpty { markDirty(id, client) }
                if client[].phase == .handshaking, let tls = client[].io.tls, tls.isReady {
                    becameReady(id, client)
                }
                clientReceived(id, client, window)
            case .ended:
                clientInputEnded(id, client)
                return
            case .failed:
                let handshaking = client[].phase == .handshaking
                let refused = handshaking || isRefusedByPeer(client)
                if refused {
                    s[].handler.endpointFailed(
                        pool: client[].pool, fault: .tls(client[].io.tls?.session.failure))
                }
                _ = flush(&client[].io)
                clientBroken(id, client, refused ? .tlsFailed : nil)
                return
            }
        }
    }

    /// Under TLS 1.3 the server judges our certificate when our side of the handshake is over: its refusal comes where
    /// the answer should.
    private func isRefusedByPeer(_ client: SlotPointer<ClientConnection>) -> Bool {
        guard client[].served == 0, let failure = client[].io.tls?.session.failure else { return false }
        if case .peerAlert = failure.kind { return true }
        return false
    }

    private func clientReceived(_ id: SlotID, _ client: SlotPointer<ClientConnection>, _ window: Bytes) {
        guard !window.isEmpty, !client[].io.isClosed else { return }
        guard client[].phase == .busy, !client[].attempt.isNone else {
            // Bytes that nobody asked for: this connection is never used again.
            closeClient(id, client)
            return
        }
        let consumed = decode(id, client, window)
        if client[].io.isClosed { return }
        let rest = window.dropFirst(consumed)
        client[].io.leftoverIsPartial = !rest.isEmpty && !client[].io.readPaused
        keep(rest, in: &client[].io)
    }

    /// Understands up to one whole answer. Returns the bytes consumed.
    private func decode(_ id: SlotID, _ client: SlotPointer<ClientConnection>, _ window: Bytes) -> Int {
        var total = 0
        while total < window.count {
            let rest = window.dropFirst(total)
            let consumed = client[].decoder.decode(
                rest, limits: Self.answerLimits, heads: &s[].heads, events: &s[].events)
            let hadEvents = s[].events.count > 0
            handleAnswerEvents(id, client, rest, trailing: rest.count &- consumed)
            total &+= consumed
            if client[].io.isClosed || client[].attempt.isNone || client[].io.readPaused { break }
            if consumed == 0 || !hadEvents { break }
        }
        return total
    }

    private func handleAnswerEvents(
        _ id: SlotID, _ client: SlotPointer<ClientConnection>, _ window: Bytes, trailing: Int
    ) {
        var index = 0
        while index < s[].events.count {
            let event = s[].events[index]
            index &+= 1
            guard let attempt = s[].attempts[client[].attempt],
                let exchange = s[].exchanges[attempt[].exchange]
            else {
                if let head = event.head { s[].heads.release(head) }
                continue
            }
            switch event.kind {
            case .informational:
                attempt[].sawAnswer = true
                if let head = event.head {
                    relayInformational(exchange, client, head)
                    s[].heads.release(head)
                }
            case .head:
                attempt[].sawAnswer = true
                if let head = event.head {
                    attempt[].status = head.facts.status
                    client[].keepsAlive = head.facts.keepsAlive
                    client[].keepAliveSeconds = head.facts.keepAliveTimeoutSeconds
                    answerBegan(exchange, client, head)
                    s[].heads.release(head)
                }
            case .body:
                relayBody(exchange, client, window[event.range])
            case .trailers:
                relayTrailers(exchange, window[event.range])
            case .end:
                answerEnded(exchange, attempt, id, client, trailing: trailing)
            case .failed:
                clientFailed(id, client, .malformedResponse)
            }
        }
        s[].events.removeAll()
    }

    private func clientInputEnded(_ id: SlotID, _ client: SlotPointer<ClientConnection>) {
        guard client[].phase == .busy, !client[].attempt.isNone else {
            let handshaking = client[].phase == .handshaking
            if handshaking { s[].handler.endpointFailed(pool: client[].pool, fault: .tls(nil)) }
            clientBroken(id, client, handshaking ? .tlsFailed : nil)
            return
        }
        // A TLS peer that ends without close_notify could have been cut off by anybody.
        client[].decoder.inputEnded(events: &s[].events)
        var ended = false
        for index in 0..<s[].events.count where s[].events[index].kind == .end { ended = true }
        if ended, client[].io.tls == nil || client[].io.endedCleanly {
            handleAnswerEvents(id, client, Bytes(), trailing: 0)
            if !client[].io.isClosed { closeClient(id, client) }
            return
        }
        s[].events.removeAll()
        clientBroken(id, client, nil)
    }

    /// The connection is of no use any more, without anything being wrong with an answer's grammar.
    func clientBroken(_ id: SlotID, _ client: SlotPointer<ClientConnection>, _ known: AttemptFailure?) {
        guard let attempt = s[].attempts[client[].attempt], let exchange = s[].exchanges[attempt[].exchange]
        else {
            closeClient(id, client)
            return
        }
        clientFailed(id, client, known ?? failure(of: exchange, attempt))
    }

    func clientFailed(_ id: SlotID, _ client: SlotPointer<ClientConnection>, _ failure: AttemptFailure) {
        let exchange = s[].attempts[client[].attempt].flatMap { s[].exchanges[$0[].exchange] }
        // Closed first, so that the next attempt cannot pick it.
        closeClient(id, client)
        if let exchange { attemptFailed(exchange, failure) }
    }

    func flushClient(_ id: SlotID, _ client: SlotPointer<ClientConnection>) {
        guard !client[].io.isClosed, client[].phase != .connecting else { return }
        let before = client[].io.pendingBytes
        let alive = flush(&client[].io)
        s[].upstreamTraffic.sent &+= UInt64(max(0, before &- client[].io.pendingBytes))
        guard alive else {
            // An answer may have come before the reset: read it first.
            if client[].io.input.mayHaveInput {
                client[].io.output.removeAll()
                client[].io.wire.removeAll()
                client[].io.writeFailed = true
                queue(id, client)
            } else {
                clientBroken(id, client, nil)
            }
            return
        }
        guard client[].io.pendingBytes <= s[].limits.lowWatermarkBytes,
            let attempt = s[].attempts[client[].attempt], let exchange = s[].exchanges[attempt[].exchange],
            let connection = s[].servers[exchange[].connection], connection[].io.readPaused
        else { return }
        connection[].io.readPaused = false
        resumeBody(exchange[].connection, connection)
        queue(exchange[].connection, connection)
    }

    func clientTimerFired(_ id: SlotID) {
        guard let client = s[].clients[id] else { return }
        client[].timer = .none
        if client[].phase == .connecting || client[].phase == .handshaking {
            s[].handler.endpointFailed(pool: client[].pool, fault: .timeout)
            clientFailed(id, client, .connectTimedOut)
        }
    }
}
