import HTTPWire
import Reactor
import Substrate

extension Transport {
    func relayInformational(
        _ exchange: ExchangePointer, _ client: SlotPointer<ClientConnection>, _ head: MessageHead
    ) {
        guard exchange[].responsePhase == .waiting, exchange[].head.facts.minorVersion > 0,
            let connection = s[].servers[exchange[].connection]
        else { return }
        openOutput(&connection[].io)
        HTTP1Encoder.statusLine(head.facts.status, into: &connection[].io.output)
        HTTP1Encoder.fields(of: head, dropping: .outrigger, into: &connection[].io.output)
        connection[].io.output.append("\r\n")
        markDirty(exchange[].connection, connection)
        if connection[].io.pendingBytes > s[].limits.highWatermarkBytes { client[].io.readPaused = true }
    }

    /// The final answer's head is there.
    func answerBegan(
        _ exchange: ExchangePointer, _ client: SlotPointer<ClientConnection>, _ head: MessageHead
    ) {
        guard exchange[].responsePhase == .waiting, let connection = s[].servers[exchange[].connection] else {
            return
        }
        if head.facts.status == 101 {
            // Nobody asked: upgrades are not forwarded.
            return
        }
        exchange[].firstByteAt = s[].loop.now.monotonic
        openOutput(&connection[].io)
        exchange[].status = s[].handler.writeResponseHead(exchange, head, into: &connection[].io.output)
        exchange[].responsePhase = .streaming
        // Behind an answer that overtakes its request the connection cannot be used again (CVE-2025-4366).
        if exchange[].requestPhase == .receiving { exchange[].closesConnection = true }
        writeFraming(exchange, head, into: &connection[].io.output)
        wait(connection, exchange[].connection, for: .body, nanoseconds: exchange[].idleTimeoutNanoseconds)
        markDirty(exchange[].connection, connection)
    }

    private func writeFraming(_ exchange: ExchangePointer, _ head: MessageHead, into output: inout ByteBuffer)
    {
        let status = exchange[].status
        let received = head.facts.status
        let hasNoBody = exchange[].head.facts.method == .head || received == 204 || received == 304
        if received == 204 || received == 304, status != received {
            // The handler made another answer of one that never has a body.
            output.append("content-length: 0\r\n")
        } else if status != 204, head.facts.contentLength >= 0 {
            output.append("content-length: ")
            output.append(decimal: UInt64(head.facts.contentLength))
            output.append("\r\n")
        } else if hasNoBody {
            // A HEAD answer says what GET would have said; chunked needs no saying.
        } else if exchange[].head.facts.minorVersion > 0 {
            exchange[].answersChunked = true
            output.append("transfer-encoding: chunked\r\n")
        } else {
            exchange[].closesConnection = true
        }
        if exchange[].closesConnection {
            output.append("connection: close\r\n")
        } else if exchange[].head.facts.minorVersion == 0 {
            output.append("connection: keep-alive\r\n")
        }
        output.append("\r\n")
    }

    func relayBody(_ exchange: ExchangePointer, _ client: SlotPointer<ClientConnection>, _ bytes: Bytes) {
        guard exchange[].responsePhase == .streaming, let connection = s[].servers[exchange[].connection],
            !bytes.isEmpty
        else { return }
        exchange[].responseBodyBytes &+= UInt64(bytes.count)
        if exchange[].answersChunked {
            openOutput(&connection[].io)
            HTTP1Encoder.chunkHeader(size: bytes.count, into: &connection[].io.output)
        }
        countSent(writeBody(bytes, to: &connection[].io), connection)
        if exchange[].answersChunked {
            openOutput(&connection[].io)
            connection[].io.output.append("\r\n")
        }
        markDirty(exchange[].connection, connection)
        if connection[].io.pendingBytes > s[].limits.highWatermarkBytes { client[].io.readPaused = true }
        wait(connection, exchange[].connection, for: .body, nanoseconds: exchange[].idleTimeoutNanoseconds)
    }

    func relayTrailers(_ exchange: ExchangePointer, _ trailers: Bytes) {
        guard exchange[].responsePhase == .streaming, exchange[].answersChunked,
            let connection = s[].servers[exchange[].connection]
        else { return }
        openOutput(&connection[].io)
        connection[].io.output.append("0\r\n")
        connection[].io.output.append(trailers)
        connection[].io.output.append("\r\n")
        exchange[].answersChunked = false
        markDirty(exchange[].connection, connection)
    }

    /// The answer is whole. `trailing` bytes stand behind it: more than was asked for.
    func answerEnded(
        _ exchange: ExchangePointer, _ attempt: SlotPointer<Attempt>, _ clientID: SlotID,
        _ client: SlotPointer<ClientConnection>, trailing: Int
    ) {
        guard exchange[].responsePhase == .streaming, let connection = s[].servers[exchange[].connection]
        else {
            clientFailed(clientID, client, .malformedResponse)
            return
        }
        let requestWasSent =
            exchange[].requestPhase == .complete && client[].io.pendingBytes == 0 && !client[].io.writeFailed
        let reusable = requestWasSent && trailing == 0 && client[].keepsAlive && !client[].io.input.peerClosed
        s[].handler.attemptFinished(exchange, status: attempt[].status, failure: nil)
        let keepAliveSeconds = client[].keepAliveSeconds
        releaseAttempt(exchange)
        client[].served &+= 1
        if reusable {
            checkIn(clientID, client, keepAliveSeconds: keepAliveSeconds)
        } else {
            closeClient(clientID, client)
        }
        if exchange[].answersChunked {
            openOutput(&connection[].io)
            connection[].io.output.append("0\r\n\r\n")
        }
        exchange[].responsePhase = .complete
        exchange[].bodyMode = .discarding
        markDirty(exchange[].connection, connection)
        if exchange[].requestPhase == .complete {
            endExchange(exchange)
        } else {
            // The client still sends. It gets its answer; the rest of its body is thrown away.
            connection[].lingers = true
            endExchange(exchange)
        }
    }
}
