import Cryptography
import Reactor
import Substrate

extension Transport {
    /// Makes pool `number` reach `target`. Live connections stay where they prove what new ones would; else the idle ones
    /// are closed, and busy ones close behind their answer.
    public func setPool(_ number: Int32, to target: UpstreamTarget) {
        while s[].pools.count <= Int(number) {
            s[].pools.append(UpstreamPool(target: target, isRetired: true))
        }
        if !s[].pools[Int(number)].target.isReached(as: target) {
            s[].pools[Int(number)].epoch &+= 1
            closeIdle(number)
        }
        s[].pools[Int(number)].target = target
        s[].pools[Int(number)].isKnown = true
        s[].pools[Int(number)].isRetired = false
    }

    /// Closes the pool's idle connections; busy ones close behind their answer. Requests that began while it was configured
    /// may still be sent to it.
    public func retirePool(_ number: Int32) {
        guard Int(number) < s[].pools.count else { return }
        s[].pools[Int(number)].isRetired = true
        closeIdle(number)
    }

    private func closeIdle(_ number: Int32) {
        while let client = s[].clients[s[].pools[Int(number)].oldest] {
            closeClient(s[].pools[Int(number)].oldest, client)
        }
    }

    public var poolStatus: [PoolStatus] {
        s[].pools.indices.filter { !s[].pools[$0].isRetired }.map { index in
            PoolStatus(
                pool: Int32(index), idle: s[].pools[index].idle, total: s[].pools[index].total,
                opened: s[].pools[index].opened, reused: s[].pools[index].reused)
        }
    }

    /// A connection to send one request over: an idle one, or a new one that may still be connecting.
    func checkOut(_ number: Int32, idempotent: Bool) -> SlotID? {
        let index = Int(number)
        let now = s[].loop.now.monotonic
        while let client = s[].clients[s[].pools[index].newest] {
            let id = s[].pools[index].newest
            // Unread bytes that nobody asked for would be taken for the next answer.
            guard client[].idleDeadline > now, !client[].io.input.peerClosed, !client[].io.input.mayHaveInput
            else {
                closeClient(id, client)
                continue
            }
            // The newest is too old for a request that must not be repeated: then all are.
            if !idempotent, now.nanoseconds(since: client[].idleSince) >= s[].limits.freshIdle { break }
            unlink(id, client)
            client[].phase = .busy
            s[].pools[index].reused &+= 1
            s[].counters.upstreamReused &+= 1
            return id
        }
        return open(number)
    }

    /// A new connection, perhaps still connecting. Nil when none can be made.
    func open(_ number: Int32) -> SlotID? {
        let index = Int(number)
        guard s[].pools[index].isKnown else { return nil }
        let address = s[].pools[index].target.address
        let descriptor: FileDescriptor
        let inProgress: Bool
        switch Sockets.connect(address, calls: s[].calls) {
        case .connected(let fd):
            descriptor = fd
            inProgress = false
        case .inProgress(let fd):
            descriptor = fd
            inProgress = true
        case .failed(let error):
            s[].handler.endpointFailed(pool: number, fault: .socket(error))
            return nil
        }
        var io = ConnectionIO(descriptor: descriptor)
        if let context = s[].pools[index].target.tls {
            guard let session = try? TLSSession(client: context) else {
                _ = s[].calls.close(descriptor)
                return nil
            }
            io.tls = TLSChannel(session)
        }
        let id = s[].clients.insert(ClientConnection(io: io, pool: number, epoch: s[].pools[index].epoch))
        guard let client = s[].clients[id] else { return nil }
        s[].pools[index].total += 1
        s[].pools[index].opened &+= 1
        s[].counters.upstreamOpened &+= 1
        s[].upstreamTraffic.opened &+= 1
        s[].loop.add(descriptor, token: Token(.client, id).bits)
        let at = s[].loop.now.monotonic.adding(nanoseconds: s[].pools[index].target.connectTimeoutNanoseconds)
        client[].timer = s[].loop.timers.schedule(at: at, token: Token(.client, id).bits)
        if !inProgress {
            // Nobody has it yet, so it must not be taken for one that nobody wants any more.
            if client[].io.tls == nil { becameBusy(client) } else { connected(id, client) }
        }
        return id
    }

    /// Puts a connection whose answer was whole back to the idle ones.
    func checkIn(_ id: SlotID, _ client: SlotPointer<ClientConnection>, keepAliveSeconds: UInt32 = 0) {
        let index = Int(client[].pool)
        guard !s[].pools[index].isRetired, client[].epoch == s[].pools[index].epoch,
            s[].pools[index].idle < s[].pools[index].target.maxIdle
        else {
            closeClient(id, client)
            return
        }
        var lifetime = s[].pools[index].target.idleTimeoutNanoseconds
        if keepAliveSeconds > 0 {
            // One second before the server's own time is up, so that its close and our request do not cross.
            lifetime = min(lifetime, UInt64(keepAliveSeconds &- 1) &* 1_000_000_000)
        }
        let now = s[].loop.now.monotonic
        client[].phase = .idle
        client[].idleSince = now
        client[].idleDeadline = now.adding(nanoseconds: lifetime)
        client[].older = s[].pools[index].newest
        client[].newer = .none
        if let previous = s[].clients[s[].pools[index].newest] {
            previous[].newer = id
        } else {
            s[].pools[index].oldest = id
        }
        s[].pools[index].newest = id
        s[].pools[index].idle += 1
        s[].upstreamTraffic.pooled &+= 1
    }

    private func unlink(_ id: SlotID, _ client: SlotPointer<ClientConnection>) {
        let index = Int(client[].pool)
        if let newer = s[].clients[client[].newer] {
            newer[].older = client[].older
        } else {
            s[].pools[index].newest = client[].older
        }
        if let older = s[].clients[client[].older] {
            older[].newer = client[].newer
        } else {
            s[].pools[index].oldest = client[].newer
        }
        client[].newer = .none
        client[].older = .none
        s[].pools[index].idle -= 1
        s[].upstreamTraffic.pooled &-= 1
    }

    func closeClient(_ id: SlotID, _ client: SlotPointer<ClientConnection>) {
        guard !client[].io.isClosed else { return }
        if client[].phase == .idle { unlink(id, client) }
        s[].pools[Int(client[].pool)].total -= 1
        s[].upstreamTraffic.closed &+= 1
        if let tls = client[].io.tls, tls.isReady, !client[].io.input.peerClosed, !client[].io.writeBlocked {
            s[].buffers.equip(&client[].io.wire)
            tls.session.shutdown(output: &client[].io.wire)
            _ = flush(&client[].io)
        }
        closeDescriptor(&client[].io)
        s[].loop.timers.cancel(client[].timer)
        s[].clients.free(id)
    }

    /// Closes connections whose idle time is over, oldest first.
    func sweepPools() {
        let now = s[].loop.now.monotonic
        for index in s[].pools.indices {
            while let client = s[].clients[s[].pools[index].oldest], client[].idleDeadline <= now {
                closeClient(s[].pools[index].oldest, client)
            }
        }
    }
}
