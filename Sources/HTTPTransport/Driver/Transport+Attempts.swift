import HTTPWire
import Reactor
import Substrate

extension Transport {
    /// Sends the exchange to `pool`, over a pooled connection or a new one.
    func startAttempt(_ exchange: ExchangePointer, pool: Int32, fresh: Bool = false) {
        exchange[].attempts &+= 1
        exchange[].pool = pool
        exchange[].attemptStartedAt = s[].loop.now.monotonic
        if exchange[].attempts == 1 { exchange[].firstAttemptAt = s[].loop.now.monotonic }
        exchange[].connectedAt = .zero
        exchange[].reusedConnection = false
        guard pool >= 0, Int(pool) < s[].pools.count,
            let clientID = fresh
                ? open(pool) : checkOut(pool, idempotent: exchange[].head.facts.method.isIdempotent),
            let client = s[].clients[clientID]
        else {
            attemptFailed(exchange, .noConnection)
            return
        }
        let reused = client[].served > 0
        let attemptID = s[].attempts.insert(
            Attempt(
                exchange: exchange[].id, connection: clientID, startedAt: s[].loop.now.monotonic,
                reused: reused))
        guard let attempt = s[].attempts[attemptID] else { return }
        client[].attempt = attemptID
        exchange[].attempt = attemptID
        exchange[].reusedConnection = reused
        if client[].phase == .busy { exchange[].connectedAt = s[].loop.now.monotonic }
        client[].decoder.expectResponse(to: exchange[].head.facts.method)
        writeRequest(exchange, attempt, client)
        markDirty(clientID, client)
    }

    private func writeRequest(
        _ exchange: ExchangePointer, _ attempt: SlotPointer<Attempt>, _ client: SlotPointer<ClientConnection>
    ) {
        openOutput(&client[].io)
        s[].handler.writeRequestHead(exchange, into: &client[].io.output)
        let collected = exchange[].requestPhase == .complete && !exchange[].body.isEmpty
        if collected {
            appendContentLength(UInt64(exchange[].body.count), to: &client[].io.output)
        } else if exchange[].bodyMode == .discarding {
            // Collected, and empty: a method that expects a body says so (RFC 9112 §6.3).
            if exchange[].head.facts.contentLength >= 0 || exchange[].head.facts.isChunked {
                appendContentLength(0, to: &client[].io.output)
            }
        } else if exchange[].head.facts.isChunked {
            // A body that was empty has ended before an earlier attempt failed.
            attempt[].sendsChunked = exchange[].requestPhase == .receiving
            client[].io.output.append("transfer-encoding: chunked\r\n")
        } else if exchange[].head.facts.contentLength >= 0 {
            appendContentLength(UInt64(exchange[].head.facts.contentLength), to: &client[].io.output)
        }
        client[].io.output.append("\r\n")
        if collected {
            client[].io.output.append(exchange[].body.bytes)
        } else if exchange[].head.facts.isChunked, exchange[].bodyMode == .streaming, !attempt[].sendsChunked
        {
            client[].io.output.append("0\r\n\r\n")
        }
    }

    func appendContentLength(_ length: UInt64, to output: inout ByteBuffer) {
        output.append("content-length: ")
        output.append(decimal: length)
        output.append("\r\n")
    }

    // MARK: The request's body

    func forwardBody(
        _ exchange: ExchangePointer, _ connection: SlotPointer<ServerConnection>, _ bytes: Bytes
    ) {
        guard let attempt = s[].attempts[exchange[].attempt], let client = s[].clients[attempt[].connection]
        else {
            return
        }
        attempt[].sentBody = true
        if attempt[].sendsChunked {
            openOutput(&client[].io)
            HTTP1Encoder.chunkHeader(size: bytes.count, into: &client[].io.output)
        }
        if client[].phase == .busy {
            s[].upstreamTraffic.sent &+= UInt64(writeBody(bytes, to: &client[].io))
        } else {
            openOutput(&client[].io)
            client[].io.output.append(bytes)
        }
        if attempt[].sendsChunked {
            openOutput(&client[].io)
            client[].io.output.append("\r\n")
        }
        markDirty(attempt[].connection, client)
        if client[].io.pendingBytes > s[].limits.highWatermarkBytes { connection[].io.readPaused = true }
    }

    /// Trailers are forwarded as validated, field lines and line ends included.
    func forwardTrailers(_ exchange: ExchangePointer, _ trailers: Bytes) {
        guard let attempt = s[].attempts[exchange[].attempt], attempt[].sendsChunked,
            let client = s[].clients[attempt[].connection]
        else { return }
        // Not kept, so not sent again.
        attempt[].sentBody = true
        openOutput(&client[].io)
        client[].io.output.append("0\r\n")
        client[].io.output.append(trailers)
        client[].io.output.append("\r\n")
        attempt[].sendsChunked = false
        markDirty(attempt[].connection, client)
    }

    func forwardEnd(_ exchange: ExchangePointer) {
        guard let attempt = s[].attempts[exchange[].attempt], attempt[].sendsChunked,
            let client = s[].clients[attempt[].connection]
        else { return }
        openOutput(&client[].io)
        client[].io.output.append("0\r\n\r\n")
        attempt[].sendsChunked = false
        markDirty(attempt[].connection, client)
    }

    // MARK: Ends of an attempt

    /// The attempt brought no answer: tries again or answers, as the handler decides.
    func attemptFailed(_ exchange: ExchangePointer, _ failure: AttemptFailure) {
        let attempt = s[].attempts[exchange[].attempt]
        let sentBody = attempt?[].sentBody ?? false
        releaseAttempt(exchange)
        guard exchange[].responsePhase == .waiting else {
            s[].handler.attemptFinished(exchange, status: exchange[].status, failure: failure)
            exchange[].reason = failure.reason
            if let connection = s[].servers[exchange[].connection] {
                abortServer(exchange[].connection, connection)
            }
            return
        }
        switch s[].handler.attemptFailed(exchange, failure) {
        case .retry(let pool, let fresh) where !sentBody && exchange[].attempts < UInt8.max:
            startAttempt(exchange, pool: pool, fresh: fresh)
        case .retry:
            answerLocally(exchange, failure.reason)
        case .refuse(let reason):
            answerLocally(exchange, reason)
        }
    }

    /// Whether the connection's end proves that the request had no effect, or it may be sent again anyway.
    func failure(of exchange: ExchangePointer, _ attempt: SlotPointer<Attempt>) -> AttemptFailure {
        guard attempt[].reused, !attempt[].sawAnswer, !attempt[].sentBody,
            exchange[].head.facts.method.isIdempotent
        else { return .reset }
        return .reusedConnectionClosed
    }

    /// Gives an attempt up from this side: its connection is closed, because an answer may still come over it.
    func dropAttempt(_ exchange: ExchangePointer, _ failure: AttemptFailure) {
        guard let attempt = s[].attempts[exchange[].attempt] else { return }
        let clientID = attempt[].connection
        s[].handler.attemptFinished(exchange, status: attempt[].status, failure: failure)
        releaseAttempt(exchange)
        if let client = s[].clients[clientID] { closeClient(clientID, client) }
    }

    /// Parts attempt, exchange and connection.
    func releaseAttempt(_ exchange: ExchangePointer) {
        guard let attempt = s[].attempts[exchange[].attempt] else { return }
        if let client = s[].clients[attempt[].connection] {
            client[].attempt = .none
            // The pause was the answer's, not the connection's: an idle one is watched for its end.
            client[].io.readPaused = false
        }
        s[].attempts.free(exchange[].attempt)
        exchange[].attempt = .none
        if let connection = s[].servers[exchange[].connection], connection[].io.readPaused {
            connection[].io.readPaused = false
            resumeBody(exchange[].connection, connection)
            queue(exchange[].connection, connection)
        }
    }
}
