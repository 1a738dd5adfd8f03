public import Reactor

/// One end of a simulated connection, played by the test. It never blocks and has all the time in the world.
public final class SimulatedPeer: Sendable {
    private let network: SimulatedNetwork
    // Touched only under the network's lock.
    private nonisolated(unsafe) let stream: SimulatedStream

    init(network: SimulatedNetwork, stream: SimulatedStream) {
        self.network = network
        unsafe self.stream = stream
    }

    private func locked<Result>(_ body: (SimulatedStream) -> Result) -> Result {
        network.withLock { unsafe body(stream) }
    }

    /// Sends all of it: what the other end has no room for leaves as it reads.
    public func send(_ bytes: [UInt8]) {
        locked { stream in
            guard !stream.isClosed, !stream.endsAfterOutbox, !stream.hasShutWrite else { return }
            stream.outbox += bytes
            network.pump(stream)
        }
    }

    public func send(_ text: String) { send(Array(text.utf8)) }

    /// Bytes given to `send` that have not left yet.
    public var unsentBytes: Int { locked { $0.outbox.count } }

    /// Takes what has arrived, and makes room for more. Not reading is how a test plays a slow reader.
    ///
    /// - Parameter limit: bytes at most.
    public func receive(atMost limit: Int = .max) -> [UInt8] {
        locked { stream in
            let taken = Array(stream.arrived.prefix(limit))
            stream.arrived.removeFirst(taken.count)
            if !taken.isEmpty { network.roomAppeared(for: stream.other) }
            return taken
        }
    }

    /// `receive` as text.
    public func receiveText() -> String { String(decoding: receive(), as: UTF8.self) }

    /// Bytes that have arrived and were not taken.
    public var waitingBytes: Int { locked { $0.arrived.count } }

    /// Sends FIN behind all that was given to `send`; goes on reading.
    public func closeWrite() {
        locked { stream in
            stream.endsAfterOutbox = true
            network.pump(stream)
        }
    }

    /// Closes both directions as `close` does: FIN, or RST when something is unread. What arrives later is answered
    /// with RST. Unsent bytes are dropped.
    public func close() { locked { network.closeStream($0) } }

    /// Sends RST at once, behind what has left.
    public func reset() {
        locked { stream in
            stream.resetsOnClose = true
            network.closeStream(stream)
        }
    }

    /// The other end's FIN has come; `receive` may still have bytes.
    public var hasEnd: Bool { locked { $0.endArrived } }

    /// The other end's RST has come.
    public var wasReset: Bool { locked { $0.wasReset } }

    /// Nothing more will come: end or reset.
    public var isClosed: Bool { locked { $0.endArrived || $0.phase == .dead } }

    /// There was no listener.
    public var wasRefused: Bool { locked { $0.pendingError == .connectionRefused } }

    public var localAddress: SocketAddress { locked { $0.local ?? .unspecified } }
    public var remoteAddress: SocketAddress { locked { $0.remote ?? .unspecified } }
}

/// A listening socket played by the test.
public final class SimulatedListener: Sendable {
    private let network: SimulatedNetwork
    // Touched only under the network's lock.
    private nonisolated(unsafe) let socket: SimulatedListenerSocket

    init(network: SimulatedNetwork, socket: SimulatedListenerSocket) {
        self.network = network
        unsafe self.socket = socket
    }

    public var address: SocketAddress { network.withLock { unsafe socket.address } }

    /// The oldest connection that waits; nil without one.
    public func accept() -> SimulatedPeer? {
        network.withLock {
            guard unsafe !socket.queue.isEmpty else { return nil }
            return unsafe SimulatedPeer(network: network, stream: socket.queue.removeFirst())
        }
    }

    /// Connections that wait for `accept`.
    public var waiting: Int { network.withLock { unsafe socket.queue.count } }

    /// Stops listening: later connects are refused, waiting connections reset.
    public func close() { network.withLock { unsafe network.closeListener(socket) } }
}
