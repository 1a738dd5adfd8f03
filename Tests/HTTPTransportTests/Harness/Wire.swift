import MeshTestKit
import Reactor
import Substrate

/// One end of a connection that a test plays, on either kernel.
protocol Wire: AnyObject {
    func send(_ bytes: [UInt8])
    /// Takes what has arrived.
    func receive(atMost limit: Int) -> [UInt8]
    /// FIN behind all that was sent; reading goes on.
    func closeWrite()
    func close()
    func reset()
    /// Nothing more will come.
    var isClosed: Bool { get }
    var wasReset: Bool { get }
    var unsentBytes: Int { get }
}

final class SimulatedWire: Wire {
    let peer: SimulatedPeer

    init(_ peer: SimulatedPeer) { self.peer = peer }

    func send(_ bytes: [UInt8]) { peer.send(bytes) }
    func receive(atMost limit: Int) -> [UInt8] { peer.receive(atMost: limit) }
    func closeWrite() { peer.closeWrite() }
    func close() { peer.close() }
    func reset() { peer.reset() }
    var isClosed: Bool { peer.isClosed && peer.waitingBytes == 0 }
    var wasReset: Bool { peer.wasReset }
    var unsentBytes: Int { peer.unsentBytes }
}

/// A non-blocking socket of the real kernel.
final class SocketWire: Wire {
    private let calls = SystemCalls.linux
    private var descriptor: FileDescriptor
    private var outbox: [UInt8] = []
    private var endsAfterOutbox = false
    private(set) var isClosed = false
    private(set) var wasReset = false

    init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

    deinit { close() }

    static func connect(to address: SocketAddress) -> SocketWire {
        switch Sockets.connect(address, calls: .linux) {
        case .connected(let fd), .inProgress(let fd): return SocketWire(fd)
        case .failed(let error): preconditionFailure("a test's connect begins: \(error)")
        }
    }

    func send(_ bytes: [UInt8]) {
        guard descriptor >= 0 else { return }
        outbox += bytes
        pump()
    }

    func receive(atMost limit: Int) -> [UInt8] {
        pump()
        guard descriptor >= 0, !isClosed, limit > 0 else { return [] }
        var room = [UInt8](repeating: 0, count: min(limit, 64 * 1024))
        let count = unsafe room.withUnsafeMutableBytes {
            unsafe calls.recv(descriptor, $0.baseAddress!, $0.count)
        }
        if count > 0 { return Array(room[..<count]) }
        if count == SystemError.wouldBlock.result || count == SystemError.notConnected.result { return [] }
        isClosed = true
        wasReset = count < 0
        return []
    }

    private func pump() {
        guard descriptor >= 0 else { return }
        while !outbox.isEmpty {
            let sent = outbox.withBytes { calls.send(descriptor, $0) }
            if sent > 0 {
                outbox.removeFirst(sent)
            } else if sent == SystemError.wouldBlock.result || sent == SystemError.notConnected.result {
                return
            } else {
                outbox = []
            }
        }
        if endsAfterOutbox {
            endsAfterOutbox = false
            _ = calls.shutdown(descriptor, .write)
        }
    }

    func closeWrite() {
        endsAfterOutbox = true
        pump()
    }

    func close() {
        guard descriptor >= 0 else { return }
        _ = calls.close(descriptor)
        descriptor = -1
        isClosed = true
    }

    func reset() {
        guard descriptor >= 0 else { return }
        _ = calls.setOption(descriptor, .resetOnClose, 1)
        close()
    }

    var unsentBytes: Int { outbox.count }
}
