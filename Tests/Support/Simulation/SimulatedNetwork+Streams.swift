import Reactor
import Substrate

/// How bytes, ends and resets move. All under the lock.
extension SimulatedNetwork {
    /// Reports an edge to everyone who watches; of exclusive watches to one.
    func notify(_ file: SimulatedFile) {
        let exclusive = file.watches.filter { $0.interest.contains(.exclusive) }
        for watch in file.watches where !watch.interest.contains(.exclusive) {
            watch.epoll.addCandidate(watch)
        }
        if !exclusive.isEmpty, !exclusive.contains(where: { $0.isCandidate }) {
            let chosen = exclusive[Int(random.next(below: UInt32(exclusive.count)))]
            chosen.epoll.addCandidate(chosen)
        }
    }

    /// Puts something on its way to `stream`. Scripted ends, and all without a read limit, get it at once.
    func dispatch(_ segment: SimulatedStream.Segment, to stream: SimulatedStream) {
        if case .bytes(let bytes) = segment { stream.inFlightBytes += bytes.count }
        stream.inFlight.append(segment)
        if stream.isScripted || maxBytesPerRead == nil {
            while !stream.inFlight.isEmpty { arrive(at: stream, limit: .max) }
        } else {
            startMoving(stream)
        }
    }

    func startMoving(_ stream: SimulatedStream) {
        if !moving.contains(where: { $0 === stream }) { moving.append(stream) }
    }

    private func arrive(at stream: SimulatedStream, limit: Int) {
        guard let first = stream.inFlight.first else { return }
        switch first {
        case .bytes(let bytes):
            let count = min(limit, bytes.count)
            if count == bytes.count {
                stream.inFlight.removeFirst()
            } else {
                stream.inFlight[0] = .bytes(Array(bytes[count...]))
            }
            stream.inFlightBytes -= count
            if stream.isClosed {
                // Nobody reads any more: the kernel answers with RST.
                stream.inFlight = []
                stream.inFlightBytes = 0
                if let other = stream.other { dispatch(.reset, to: other) }
                return
            }
            stream.arrived += bytes[..<count]
            stream.other?.acknowledgedBytes += count
        case .end:
            stream.inFlight.removeFirst()
            stream.endArrived = true
        case .reset:
            stream.inFlight = []
            stream.inFlightBytes = 0
            guard stream.phase != .dead else { return }
            // After the other end's FIN a reset is a broken pipe (tcp_reset).
            if !stream.isScripted { stream.pendingError = stream.endArrived ? .brokenPipe : .connectionReset }
            stream.wasReset = true
            stream.phase = .dead
            stream.outbox = []
        }
        notify(stream)
    }

    /// One wait's worth of time for everything on its way.
    ///
    /// - Returns: whether anything moved.
    func moveOn() -> Bool {
        var hasMoved = false
        let streams = moving
        moving = []
        for stream in streams {
            if stream.isThrottled {
                stream.isThrottled = false
                hasMoved = true
                roomAppeared(for: stream)
            }
            if !stream.inFlight.isEmpty {
                hasMoved = true
                arrive(at: stream, limit: maxBytesPerRead ?? .max)
                if !stream.inFlight.isEmpty { startMoving(stream) }
            }
        }
        let attempts = connecting
        connecting = []
        for (stream, address) in attempts {
            if stream.isClosed { continue }
            if blackHoles.contains(address) || isFull(address) {
                connecting.append((stream, address))
                continue
            }
            hasMoved = true
            if !establish(stream, address) {
                stream.phase = .dead
                stream.pendingError = .connectionRefused
            }
            notify(stream)
        }
        return hasMoved
    }

    /// `stream` can write again: its peer has read, or a new turn began.
    func roomAppeared(for stream: SimulatedStream?) {
        guard let stream else { return }
        if stream.isScripted {
            pump(stream)
        } else if stream.wantsRoom, stream.phase == .connected, !stream.isThrottled, stream.room > 0 {
            stream.wantsRoom = false
            notify(stream)
        }
    }

    /// Sends what a scripted end has left.
    func pump(_ stream: SimulatedStream) {
        guard stream.phase == .connected, let other = stream.other else { return }
        let count = min(stream.room, stream.outbox.count)
        if count > 0 {
            let bytes = Array(stream.outbox[..<count])
            stream.outbox.removeFirst(count)
            dispatch(.bytes(bytes), to: other)
        }
        if stream.outbox.isEmpty, stream.endsAfterOutbox, !stream.hasShutWrite, stream.phase == .connected {
            stream.hasShutWrite = true
            dispatch(.end, to: other)
        }
    }

    /// The application's `close`.
    func closeStream(_ stream: SimulatedStream) {
        guard !stream.isClosed else { return }
        stream.isClosed = true
        guard stream.phase == .connected, let other = stream.other else { return }
        if stream.resetsOnClose || !stream.arrived.isEmpty || stream.inFlightBytes > 0 {
            stream.phase = .dead
            stream.inFlight = []
            stream.inFlightBytes = 0
            dispatch(.reset, to: other)
        } else if !stream.hasShutWrite {
            stream.hasShutWrite = true
            dispatch(.end, to: other)
        }
    }

    func closeListener(_ socket: SimulatedListenerSocket) {
        listeners.removeAll { $0 === socket }
        for stream in socket.queue {
            stream.resetsOnClose = true
            closeStream(stream)
        }
        socket.queue = []
    }

    // MARK: Addresses and connections

    func makeStream(_ family: SocketAddress.Family, isScripted: Bool) -> SimulatedStream {
        let stream = SimulatedStream(family: family, isScripted: isScripted, capacity: bufferBytes)
        streams.append(stream)
        return stream
    }

    func listener(at address: SocketAddress) -> SimulatedListenerSocket? {
        listeners.first { $0.address == address }
            ?? listeners.first {
                $0.address.port == address.port && address.family != .unix && isWildcard($0.address)
            }
    }

    private func isWildcard(_ address: SocketAddress) -> Bool {
        if address.family == .unix { return false }
        if let bits = address.ipv6 { return bits.high == 0 && bits.low == 0 }
        return address.ipv4 == 0
    }

    func isTaken(_ address: SocketAddress) -> Bool { listeners.contains { $0.address == address } }

    private func isFull(_ address: SocketAddress) -> Bool {
        guard let listener = listener(at: address) else { return false }
        return listener.refusesConnections || listener.queue.count > listener.backlog
    }

    func takePort() -> UInt16 {
        nextPort = nextPort == .max ? 40_000 : nextPort + 1
        return nextPort
    }

    func nextLocalAddress(_ family: SocketAddress.Family) -> SocketAddress? {
        switch family {
        case .ipv4: SocketAddress(ipv4: (127, 0, 0, 1), port: takePort())
        case .ipv6: SocketAddress(ipv6: 0, 1, port: takePort())
        case .unix: nil
        }
    }

    /// Makes both ends of a connection, the far one in the listener's queue. False when nobody listens.
    func establish(_ stream: SimulatedStream, _ address: SocketAddress) -> Bool {
        guard let listener = listener(at: address) else { return false }
        let far = makeStream(address.family, isScripted: listener.isScripted)
        far.phase = .connected
        far.local = address
        far.remote = stream.local
        far.other = stream
        stream.other = far
        stream.phase = .connected
        listener.queue.append(far)
        notify(listener)
        return true
    }
}
