import Cryptography
import Reactor
import Substrate

/// What came out of one attempt to receive.
enum Received {
    /// The window of unconsumed plaintext: leftover and new bytes together.
    case window(Bytes)
    /// Nothing now; an event will tell.
    case nothing
    /// The peer has ended its side.
    case ended
    /// The connection is broken.
    case failed
}

extension Transport {
    /// Receives once. The leftover moves into the window; whoever consumes less puts the rest back by `keep`.
    func receive(_ io: inout ConnectionIO) -> Received {
        guard io.input.mayHaveInput, !io.endedCleanly else {
            return io.input.endOfInput || io.endedCleanly ? .ended : .nothing
        }
        if let tls = io.tls { return receiveEncrypted(&io, tls) }
        let held = io.leftover.count
        guard held < s[].received.capacity else { return .failed }
        let capacity = min(s[].received.capacity &- held, s[].limits.receiveBytes)
        let count = unsafe s[].calls.recv(io.descriptor, s[].received.unsafeRoom(from: held), capacity)
        if count > 0 {
            io.input.didRead(count: count, capacity: capacity)
            if held > 0 { takeLeftover(&io, into: s[].received) }
            return .window(s[].received.bytes(count: held &+ count))
        }
        return receivedNothing(&io, result: count)
    }

    private func receivedNothing(_ io: inout ConnectionIO, result: Int) -> Received {
        if result == 0 {
            io.input.didRead(count: 0, capacity: 1)
            return .ended
        }
        if result == SystemError.wouldBlock.result {
            io.input.didBlock()
            return io.input.endOfInput ? .ended : .nothing
        }
        io.input.didFail()
        return .failed
    }

    private func takeLeftover(_ io: inout ConnectionIO, into buffer: borrowing ReceiveBuffer) {
        buffer.fill(io.leftover.bytes)
        io.leftover.removeAll()
        s[].buffers.retire(&io.leftover)
    }

    /// Decrypts everything that one receive brought, so that no ciphertext is ever kept.
    private func receiveEncrypted(_ io: inout ConnectionIO, _ tls: TLSChannel) -> Received {
        let count = unsafe s[].calls.recv(
            io.descriptor, s[].received.unsafeRoom(from: 0), s[].limits.receiveBytes)
        if count <= 0 { return receivedNothing(&io, result: count) }
        io.input.didRead(count: count, capacity: s[].limits.receiveBytes)
        var ciphertext = s[].received.bytes(count: count)
        // Mostly nothing is to be said: an idle connection holds no buffer for it.
        defer { s[].buffers.retire(&io.wire) }
        if !tls.isReady {
            s[].buffers.equip(&io.wire)
            let (step, consumed) = tls.session.handshake(
                input: ciphertext, now: s[].loop.now.wall, output: &io.wire)
            ciphertext = ciphertext.dropFirst(consumed)
            switch step {
            case .needsInput: return .window(Bytes())
            case .failed(_): return .failed
            case .complete: tls.isReady = true
            }
        }
        var length = io.leftover.count
        if length > 0 { takeLeftover(&io, into: s[].decrypted) }
        while true {
            let space = unsafe s[].decrypted.unsafeSpace(from: length)
            let waiting = io.wire.count
            let (step, consumed) = unsafe tls.session.read(input: ciphertext, into: space, output: &io.wire)
            tls.repliedBytes &+= io.wire.count &- waiting
            guard tls.repliedBytes <= s[].limits.maxTLSReplyBytes else { return .failed }
            ciphertext = ciphertext.dropFirst(consumed)
            switch step {
            case .bytes(let read):
                length &+= read
                // One call more would only say so.
                if ciphertext.isEmpty, !tls.session.hasPending {
                    return .window(s[].decrypted.bytes(count: length))
                }
            case .needsInput:
                return .window(s[].decrypted.bytes(count: length))
            case .closed:
                io.endedCleanly = true
                return length > 0 ? .window(s[].decrypted.bytes(count: length)) : .ended
            case .failed:
                return .failed
            }
        }
    }

    /// Keeps the part of a window that was not consumed.
    func keep(_ rest: Bytes, in io: inout ConnectionIO) {
        guard !rest.isEmpty else { return }
        s[].buffers.equip(&io.leftover)
        io.leftover.append(rest)
    }

    /// Consumes bytes of the leftover itself.
    func consumeLeftover(_ count: Int, in io: inout ConnectionIO) {
        io.leftover.consume(count)
        s[].buffers.retire(&io.leftover)
    }

    // MARK: Sending

    /// Makes `output` ready to be appended to.
    func openOutput(_ io: inout ConnectionIO) { s[].buffers.equip(&io.output) }

    /// Sends or queues a piece of a body. Long pieces go out from where they are, behind what is queued.
    /// Returns how many bytes went out at once.
    func writeBody(_ bytes: Bytes, to io: inout ConnectionIO) -> Int {
        guard bytes.count >= s[].limits.directSendBytes, io.tls == nil, !io.writeBlocked, !io.isClosed else {
            openOutput(&io)
            io.output.append(bytes)
            return 0
        }
        let queued = io.output.count
        let sent = s[].calls.sendVector(io.descriptor, io.output.bytes, bytes)
        if sent < 0 {
            // The failure is found again, and handled, by the flush that follows.
            openOutput(&io)
            io.output.append(bytes)
            return 0
        }
        let fromQueue = min(sent, queued)
        io.output.consume(fromQueue)
        let rest = bytes.dropFirst(sent &- fromQueue)
        if !rest.isEmpty {
            openOutput(&io)
            io.output.append(rest)
        } else {
            s[].buffers.retire(&io.output)
        }
        return sent
    }

    /// Sends what is queued, as far as the socket takes it. False when the connection is broken.
    func flush(_ io: inout ConnectionIO) -> Bool {
        if let tls = io.tls {
            if tls.isReady, !io.output.isEmpty {
                s[].buffers.equip(&io.wire)
                guard tls.session.write(io.output.bytes, output: &io.wire) else { return false }
                io.output.removeAll()
                s[].buffers.retire(&io.output)
            }
            let alive = send(&io.wire, over: io.descriptor, blocked: &io.writeBlocked)
            s[].buffers.retire(&io.wire)
            return alive
        }
        let alive = send(&io.output, over: io.descriptor, blocked: &io.writeBlocked)
        s[].buffers.retire(&io.output)
        return alive
    }

    private func send(_ buffer: inout ByteBuffer, over descriptor: FileDescriptor, blocked: inout Bool)
        -> Bool
    {
        while !buffer.isEmpty, !blocked {
            let sent = s[].calls.send(descriptor, buffer.bytes)
            if sent >= 0 {
                buffer.consume(sent)
            } else if sent == SystemError.wouldBlock.result {
                blocked = true
            } else {
                return false
            }
        }
        return true
    }

    func closeDescriptor(_ io: inout ConnectionIO) {
        guard !io.isClosed else { return }
        io.isClosed = true
        _ = s[].calls.close(io.descriptor)
    }
}
