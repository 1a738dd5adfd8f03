import Cryptography
public import Reactor
import Substrate

extension Transport {
    /// Serves connections of a listening socket, which stays the caller's. Returns its number.
    public func listen(on descriptor: FileDescriptor, options: ListenerOptions) -> Int32 {
        let index = s[].listeners.count
        s[].add(ListenerState(descriptor: descriptor, options: options))
        s[].loop.addListener(
            descriptor, token: Token(.listener, SlotID(index: UInt32(index), generation: 0)).bits)
        return Int32(index)
    }

    /// Counts a listener that this worker never served, so that numbers are the same on every worker.
    public func skipListener(options: ListenerOptions) {
        s[].add(ListenerState(descriptor: -1, options: options, isClosed: true))
    }

    /// New connections get these options; those that live keep theirs.
    public func replaceOptions(of listener: Int32, with options: ListenerOptions) {
        s[].listeners[Int(listener)].options = options
    }

    /// Accepts no more from this listener. Its connections live on.
    public func stopListening(_ listener: Int32) {
        let index = Int(listener)
        guard !s[].listeners[index].isClosed else { return }
        s[].listeners[index].isClosed = true
        if !s[].listeners[index].isPaused { s[].loop.remove(s[].listeners[index].descriptor) }
    }

    func listenerReady(_ index: Int) {
        guard index < s[].listeners.count, !s[].listeners[index].isClosed else { return }
        for _ in 0..<s[].limits.acceptsPerTurn {
            switch Sockets.acceptOne(s[].listeners[index].descriptor, calls: s[].calls) {
            case .accepted(let descriptor, let peer):
                place(AcceptedConnection(descriptor: descriptor, listener: Int32(index), peer: peer))
            case .wouldBlock:
                return
            case .tooManyFiles:
                pauseAccepting(index)
                return
            case .aborted:
                continue
            }
        }
    }

    /// Out of descriptors: closes one waiting connection by means of the reserve, and leaves the others in the backlog
    /// for a moment instead of spinning on them.
    private func pauseAccepting(_ index: Int) {
        s[].counters.acceptPauses &+= 1
        if s[].reserve.shedOne(from: s[].listeners[index].descriptor) { s[].counters.refused &+= 1 }
        s[].handler.acceptPaused(listener: Int32(index))
        s[].listeners[index].isPaused = true
        s[].loop.remove(s[].listeners[index].descriptor)
        let at = s[].loop.now.monotonic.adding(nanoseconds: s[].limits.acceptPause)
        _ = s[].loop.timers.schedule(
            at: at, token: Token(.acceptResume, SlotID(index: UInt32(index), generation: 0)).bits)
    }

    func resumeAccepting(_ index: Int) {
        guard s[].listeners[index].isPaused, !s[].listeners[index].isClosed else { return }
        s[].listeners[index].isPaused = false
        s[].loop.addListener(
            s[].listeners[index].descriptor,
            token: Token(.listener, SlotID(index: UInt32(index), generation: 0)).bits)
    }

    /// Before its first byte a connection may go to a less loaded worker; after that it never moves.
    private func place(_ connection: AcceptedConnection) {
        var target = s[].loads.place(own: s[].worker, random: &s[].random)
        if target >= s[].peers.count { target = s[].worker }
        s[].loads.add(1, to: target)
        if target == s[].worker {
            adopt(connection)
        } else {
            s[].peers[target].adopt(connection)
        }
    }

    /// Serves a connection that is counted for this worker already.
    public func adopt(_ connection: AcceptedConnection) {
        let index = Int(connection.listener)
        guard s[].servers.count < s[].limits.maxServerConnections, index < s[].listeners.count else {
            s[].counters.refused &+= 1
            s[].loads.add(-1, to: s[].worker)
            _ = s[].calls.close(connection.descriptor)
            return
        }
        var io = ConnectionIO(descriptor: connection.descriptor)
        var waiting = ServerConnection.Waiting.head
        var timeout = headTimeout(ofListener: index)
        if let context = s[].listeners[index].options.tls {
            guard let session = try? TLSSession(server: context) else {
                s[].counters.handshakeFailures &+= 1
                s[].loads.add(-1, to: s[].worker)
                _ = s[].calls.close(connection.descriptor)
                return
            }
            io.tls = TLSChannel(session)
            waiting = .handshake
            timeout = s[].isDraining ? s[].limits.lastRequestTimeout : s[].limits.handshakeTimeout
        }
        s[].counters.accepted &+= 1
        s[].traffic[index].opened &+= 1
        let id = s[].servers.insert(
            ServerConnection(io: io, listener: connection.listener, peer: connection.peer))
        guard let server = s[].servers[id] else { return }
        s[].loop.add(connection.descriptor, token: Token(.server, id).bits)
        wait(server, id, for: waiting, nanoseconds: timeout)
    }

    /// Time for the head of a connection's first request.
    func headTimeout(ofListener index: Int) -> UInt64 {
        let timeout = s[].listeners[index].options.headTimeoutNanoseconds
        return s[].isDraining ? min(timeout, s[].limits.lastRequestTimeout) : timeout
    }

    // MARK: The connection's one timer

    /// Sets what the connection waits for, and until when.
    ///
    /// The timer is armed at or before the deadline and looks at the deadline when it fires: a kept connection under
    /// load moves its deadline thousands of times for one operation on the wheel.
    func wait(
        _ connection: SlotPointer<ServerConnection>, _ id: SlotID, for waiting: ServerConnection.Waiting,
        nanoseconds: UInt64
    ) {
        let deadline = s[].loop.now.monotonic.adding(nanoseconds: nanoseconds)
        connection[].waiting = waiting
        connection[].deadline = deadline
        arm(connection, id, at: deadline)
    }

    /// The timer fires then, or earlier.
    func arm(_ connection: SlotPointer<ServerConnection>, _ id: SlotID, at time: MonotonicTime) {
        guard time < connection[].armedFor else { return }
        s[].loop.timers.cancel(connection[].timer)
        connection[].timer = s[].loop.timers.schedule(at: time, token: Token(.server, id).bits)
        connection[].armedFor = time
    }

    func serverTimerFired(_ id: SlotID) {
        guard let connection = s[].servers[id] else { return }
        connection[].armedFor = .never
        guard judgeProgress(id, connection) else { return }
        if s[].loop.now.monotonic < connection[].deadline {
            if connection[].waiting == .idle, let tls = connection[].io.tls, tls.isReady {
                tls.session.releaseBuffers()
            }
            arm(connection, id, at: min(connection[].deadline, connection[].progress.end))
            return
        }
        switch connection[].waiting {
        case .handshake:
            s[].counters.handshakeFailures &+= 1
            s[].handler.handshakeFailed(listener: connection[].listener, failure: nil)
            closeServer(id, connection)
        case .idle:
            idleTimeIsOver(id, connection)
        case .flush:
            // What was not sent must not look like the end of what was.
            abortServer(id, connection)
        case .linger:
            closeServer(id, connection)
        case .head:
            // Nothing at all was sent: no answer is owed. Half a head gets one.
            if connection[].io.leftover.isEmpty {
                closeUnasked(id, connection)
            } else {
                refuseConnection(id, connection, .requestTimeout)
            }
        case .answer, .body:
            exchangeTimedOut(id, connection)
        case .stream:
            streamTimedOut(id, connection)
        }
    }
}
