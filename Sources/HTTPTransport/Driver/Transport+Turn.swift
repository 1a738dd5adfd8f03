import HTTPWire
public import Reactor
import Substrate

extension Transport {
    /// One turn of the loop: waits for events, a timer or a wake-up, and does all that follows from them.
    ///
    /// Upstream events come first, so that a closed pooled connection is known before it could be reused. What they wrote
    /// is sent together. Then come established clients, new connections and timers, and last the handshakes' share.
    public func turn() {
        let count = s[].loop.poll(hasWork: !s[].ready.isEmpty || !s[].handshakes.isEmpty)
        let began = s[].loop.now.monotonic
        var hasNew = false
        for index in 0..<count {
            let (bits, readiness) = s[].loop.ready(index)
            let token = Token(bits: bits)
            guard token.kind == .client else { continue }
            clientReady(token.id, readiness)
            flushManyDirty()
        }
        for index in 0..<count {
            let (bits, readiness) = s[].loop.ready(index)
            let token = Token(bits: bits)
            switch token.kind {
            case .server: serverReady(token.id, readiness)
            case .listener: hasNew = true
            case .handler: s[].handler.descriptorReady(token.id.index)
            case .client, .poolSweep, .acceptResume, nil: break
            }
            flushManyDirty()
        }
        flushDirty()
        runReady()
        if hasNew { acceptNew(among: count) }
        runTimers()
        flushDirty()
        runHandshakes(turnBegan: began)
        reclaim()
        s[].published.publish(s[].counters)
    }

    /// A new connection with TLS costs an `SSL`: behind those that are there.
    private func acceptNew(among count: Int) {
        for index in 0..<count {
            let token = Token(bits: s[].loop.ready(index).token)
            if token.kind == .listener { listenerReady(Int(token.id.index)) }
        }
    }

    private func runReady() {
        guard !s[].ready.isEmpty else { return }
        swap(&s[].ready, &s[].readyNow)
        for index in 0..<s[].readyNow.count {
            let token = s[].readyNow[index]
            switch token.kind {
            case .server:
                guard let connection = s[].servers[token.id] else { continue }
                connection[].io.isQueued = false
                serverReadable(token.id, connection)
            case .client:
                guard let connection = s[].clients[token.id] else { continue }
                connection[].io.isQueued = false
                clientReadable(token.id, connection)
            default: break
            }
            flushDirty()
        }
        s[].readyNow.removeAll(keepingCapacity: true)
    }

    private func runTimers() {
        let now = s[].loop.now.monotonic
        while let bits = s[].loop.timers.popExpired(now: now) {
            let token = Token(bits: bits)
            switch token.kind {
            case .server: serverTimerFired(token.id)
            case .client: clientTimerFired(token.id)
            case .poolSweep:
                sweepPools()
                scheduleSweep()
            case .acceptResume: resumeAccepting(Int(token.id.index))
            case .handler: s[].handler.timerFired(token.id.index)
            case .listener, nil: break
            }
            flushDirty()
        }
    }

    private func reclaim() {
        s[].exchanges.reclaim()
        s[].attempts.reclaim()
        s[].servers.reclaim()
        s[].clients.reclaim()
    }

    /// Tells the handler when `descriptor` has something to read. Level-triggered; closing it ends the watch.
    public func watch(_ descriptor: FileDescriptor, number: UInt32) {
        s[].loop.add(
            descriptor, token: Token(.handler, SlotID(index: number, generation: 0)).bits, interest: [.in])
    }

    /// Tells the handler once, so many nanoseconds from now.
    public func schedule(afterNanoseconds span: UInt64, number: UInt32) {
        let at = s[].loop.now.monotonic.adding(nanoseconds: span)
        _ = s[].loop.timers.schedule(
            at: at, token: Token(.handler, SlotID(index: number, generation: 0)).bits)
    }

    func scheduleSweep() {
        let at = s[].loop.now.monotonic.adding(nanoseconds: s[].limits.sweepInterval)
        _ = s[].loop.timers.schedule(at: at, token: Token(.poolSweep, SlotID(index: 0, generation: 0)).bits)
    }

    // MARK: Lists of connections that wait for the end of what is being done

    func markDirty(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard !connection[].io.isDirty else { return }
        connection[].io.isDirty = true
        s[].dirty.append(Token(.server, id))
    }

    func markDirty(_ id: SlotID, _ connection: SlotPointer<ClientConnection>) {
        guard !connection[].io.isDirty else { return }
        connection[].io.isDirty = true
        s[].dirty.append(Token(.client, id))
    }

    func queue(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard !connection[].io.isQueued, !connection[].io.isClosed else { return }
        connection[].io.isQueued = true
        s[].ready.append(Token(.server, id))
    }

    func queue(_ id: SlotID, _ connection: SlotPointer<ClientConnection>) {
        guard !connection[].io.isQueued, !connection[].io.isClosed else { return }
        connection[].io.isQueued = true
        s[].ready.append(Token(.client, id))
    }

    /// Sends are put off until a good number has come together: receiving, deciding and sending each find the processor's
    /// caches as the one before left them. Not for long, and never more than the pool has buffers for.
    private func flushManyDirty() {
        if s[].dirty.count >= BufferPool.maxKept / 2 { flushDirty() }
    }

    /// Sends what was written since the last call, in that order: one send a connection.
    func flushDirty() {
        var index = 0
        // A flush may make others dirty.
        while index < s[].dirty.count {
            let token = s[].dirty[index]
            index &+= 1
            if token.kind == .server {
                guard let connection = s[].servers[token.id] else { continue }
                connection[].io.isDirty = false
                flushServer(token.id, connection)
            } else {
                guard let connection = s[].clients[token.id] else { continue }
                connection[].io.isDirty = false
                flushClient(token.id, connection)
            }
        }
        s[].dirty.removeAll(keepingCapacity: true)
    }
}
