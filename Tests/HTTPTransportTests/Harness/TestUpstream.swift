import Cryptography
import MeshTestKit
import Reactor
import Substrate

/// A server that the test plays: takes requests and does what its script says.
final class TestUpstream {
    enum Action {
        case send([UInt8])
        case closeWrite, close, reset

        static func text(_ text: String) -> Action { .send(Array(text.utf8)) }
        static func ok(_ body: String) -> Action {
            .text("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
        }
    }

    /// One connection to it.
    final class Connection {
        let peer: TestPeer
        let number: Int
        var requests: [WireMessage] = []
        var buffered: [UInt8] = []
        /// The head of the request that is not whole yet was shown to the script.
        var headWasSeen = false
        var isOver = false

        init(_ peer: TestPeer, number: Int) {
            self.peer = peer
            self.number = number
        }

        func perform(_ actions: [Action]) {
            for action in actions {
                switch action {
                case .send(let bytes): peer.send(bytes)
                case .closeWrite: peer.closeWrite()
                case .close:
                    peer.close()
                    isOver = true
                case .reset:
                    peer.reset()
                    isOver = true
                }
            }
        }
    }

    let address: SocketAddress
    private let simulated: SimulatedListener?
    private let descriptor: FileDescriptor
    var tls: TLSServerContext?
    var connections: [Connection] = []
    /// Done when a request is whole.
    var respond: (WireMessage, Connection) -> [Action] = { request, _ in [.ok(request.target)] }
    /// Done when a request's head is whole.
    var respondToHead: (WireMessage, Connection) -> [Action] = { _, _ in [] }
    var accepts = true
    /// Sent to everyone who connects.
    var greeting = ""
    /// New connections are read.
    var reads = true
    var maxBytesPerPump = Int.max

    init(_ network: SimulatedNetwork?, at place: SocketAddress = SocketAddress(ipv4: (127, 0, 0, 1), port: 0))
    {
        if let network {
            let listener = network.listen(place)
            simulated = listener
            descriptor = -1
            address = listener.address
        } else {
            simulated = nil
            do {
                descriptor = try Sockets.listen(place, calls: .linux)
                address = try Sockets.localAddress(of: descriptor, calls: .linux)
            } catch { preconditionFailure("a test's listener opens: \(error)") }
        }
    }

    deinit { close() }

    private var isClosed = false

    func close() {
        guard !isClosed else { return }
        isClosed = true
        simulated?.close()
        if descriptor >= 0 { _ = SystemCalls.linux.close(descriptor) }
        // Scripts hold the test that wrote them, which holds this.
        respond = { _, _ in [] }
        respondToHead = { _, _ in [] }
    }

    var requests: [WireMessage] { connections.flatMap(\.requests) }
    /// Bytes given to send that the other side has no room for.
    var unsentBytes: Int { connections.reduce(0) { $0 + $1.peer.wire.unsentBytes } }

    private func acceptWire() -> (any Wire)? {
        if let simulated { return simulated.accept().map { SimulatedWire($0) } }
        guard case .accepted(let fd, _) = Sockets.acceptOne(descriptor, calls: .linux) else { return nil }
        return SocketWire(fd)
    }

    func pump() {
        guard !isClosed else { return }
        while accepts, let wire = acceptWire() {
            let peer: TestPeer
            if let tls { peer = try! TestPeer(wire, server: tls) } else { peer = TestPeer(wire) }
            peer.reads = reads
            peer.maxBytesPerPump = maxBytesPerPump
            if !greeting.isEmpty { peer.send(greeting) }
            connections.append(Connection(peer, number: connections.count))
        }
        for connection in connections where !connection.isOver { pump(connection) }
    }

    private func pump(_ connection: Connection) {
        connection.peer.pump()
        connection.buffered += connection.peer.input
        connection.peer.input = []
        reading: while !connection.isOver, !connection.buffered.isEmpty {
            if !connection.headWasSeen, let (head, _) = WireMessage.head(connection.buffered[...]) {
                connection.headWasSeen = true
                connection.perform(respondToHead(head, connection))
                if connection.isOver { return }
            }
            guard case .message(let request, let consumed) = WireMessage.read(connection.buffered) else {
                break reading
            }
            connection.buffered.removeFirst(consumed)
            connection.headWasSeen = false
            connection.requests.append(request)
            connection.perform(respond(request, connection))
        }
        if connection.peer.isClosed, !connection.isOver {
            connection.peer.close()
            connection.isOver = true
        }
    }
}
