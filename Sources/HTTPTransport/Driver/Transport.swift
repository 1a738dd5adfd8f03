public import Cryptography
public import Reactor
public import Substrate

/// Drives one worker's sockets through TLS and HTTP: accepts, reads, relays, pools, answers.
///
/// A handle: copying it copies an address. `destroy()` ends it. Everything happens on the loop's thread, in `turn()`.
/// Nothing here reads one connection while it handles another: who becomes able to go on is put on the ready list.
@safe public struct Transport {
    let s: SlotPointer<TransportState>

    /// - Parameters:
    ///   - worker: this worker's number in `loads`.
    ///   - seed: for placement of connections.
    public init(
        loop: EventLoop, calls: SystemCalls, limits: TransportLimits, worker: Int, loads: WorkerLoads,
        handler: any ExchangeHandler, seed: UInt64
    ) {
        let memory = UnsafeMutablePointer<TransportState>.allocate(capacity: 1)
        unsafe memory.initialize(
            to: TransportState(
                loop: loop, calls: calls, limits: limits, worker: worker, loads: loads, handler: handler,
                seed: seed))
        s = unsafe SlotPointer(unsafePointer: memory)
        scheduleSweep()
    }

    /// Closes every socket but the listeners and frees all memory. The handle is dead behind it.
    public func destroy() {
        s[].servers.forEach { _, connection in closeDescriptor(&connection[].io) }
        s[].clients.forEach { _, connection in closeDescriptor(&connection[].io) }
        s[].exchanges.forEach { _, exchange in s[].heads.release(exchange[].head) }
        unsafe s.unsafePointer.deinitialize(count: 1)
        unsafe s.unsafePointer.deallocate()
    }

    public var now: Now { s[].loop.now }
    public var counters: TransportCounters { s[].counters }
    /// Connections of one listener since it was first served.
    public func traffic(ofListener number: Int32) -> TrafficCounters { s[].traffic[Int(number)] }
    public var upstreamTraffic: TrafficCounters { s[].upstreamTraffic }
    public var idleUpstreamConnections: Int { s[].pools.reduce(0) { $0 + $1.idle } }
    public var serverConnections: Int { s[].servers.count }
    public var clientConnections: Int { s[].clients.count }
    public var activeExchanges: Int { s[].exchanges.count }

    /// Where connections for each worker go, this one's own place included.
    public func setPeers(_ peers: [any ConnectionSink]) { s[].peers = peers }

    /// The exchange of that name, if it still lives.
    public func exchange(_ id: SlotID) -> ExchangePointer? { s[].exchanges[id] }

    /// The SPIFFE ID that the client's certificate proved; empty without one.
    public func peerIdentity(_ exchange: ExchangePointer) -> Bytes {
        guard let connection = s[].servers[exchange[].connection], let tls = connection[].io.tls else {
            return Bytes()
        }
        guard case .spiffe(let identity) = tls.session.peerIdentity else { return Bytes() }
        return identity
    }

    /// Whether the client's connection is encrypted.
    public func isEncrypted(_ exchange: ExchangePointer) -> Bool {
        s[].servers[exchange[].connection]?[].io.tls != nil
    }

    /// The version of TLS that protects the client's connection. Nil for plaintext.
    public func tlsVersion(_ exchange: ExchangePointer) -> TLSVersion? {
        s[].servers[exchange[].connection]?[].io.tls?.session.version
    }

    /// Accepts no more, answers what is under way or has come already with `Connection: close`, and closes what is idle.
    /// A connection that has not asked yet gets `lastRequestTimeout`.
    public func drain() {
        s[].isDraining = true
        for index in s[].listeners.indices { stopListening(Int32(index)) }
        var waiting: [SlotID] = []
        s[].servers.forEach { id, connection in
            if let exchange = s[].exchanges[connection[].exchange] {
                exchange[].closesConnection = true
            } else if connection[].phase == .open {
                waiting.append(id)
            }
        }
        endStreams()
        for id in waiting {
            if let connection = s[].servers[id] { hearLastRequest(id, connection) }
            flushDirty()
        }
        flushDirty()
    }

    private func hearLastRequest(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        // What the kernel has may not have been signalled yet.
        connection[].io.input.signalled([.in])
        serverReadable(id, connection)
        guard !connection[].io.isClosed, connection[].phase == .open, connection[].exchange.isNone else {
            return
        }
        switch connection[].waiting {
        case .handshake, .head:
            let timeout = s[].limits.lastRequestTimeout
            if s[].loop.now.monotonic.adding(nanoseconds: timeout) < connection[].deadline {
                wait(connection, id, for: connection[].waiting, nanoseconds: timeout)
            }
        case .idle, .answer, .body, .stream, .flush, .linger: beginClosing(id, connection)
        }
    }

    /// Gives memory back that a burst has left behind. `malloc_trim` is the caller's.
    public func trim() {
        s[].servers.trim(keeping: 1)
        s[].clients.trim(keeping: 1)
        s[].exchanges.trim(keeping: 1)
        s[].attempts.trim(keeping: 1)
        s[].heads.trim(keep: 64)
        s[].buffers.trim(keep: 8)
    }
}
