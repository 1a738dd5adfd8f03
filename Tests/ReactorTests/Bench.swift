import MeshTestKit
import Reactor
import Substrate
import Testing

/// Which kernel a scenario runs on. Both must tell the same story.
enum Kernel: String, CaseIterable, CustomTestStringConvertible {
    case linux, simulation

    var testDescription: String { rawValue }
}

/// One loop with both ends of its connections, on either kernel.
final class Bench {
    let calls: SystemCalls
    let loop: EventLoop
    let network = SimulatedNetwork(seed: 7)
    let listener: FileDescriptor
    let address: SocketAddress
    private var open: [FileDescriptor] = []
    private var seen: [UInt64: Readiness] = [:]

    static let listenerToken: UInt64 = 1_000_000

    init(_ kernel: Kernel) throws {
        calls = kernel == .linux ? .linux : network.calls
        loop = try EventLoop(calls: calls)
        listener = try Sockets.listen(SocketAddress(ipv4: (127, 0, 0, 1), port: 0), calls: calls)
        address = try Sockets.localAddress(of: listener, calls: calls)
        open = [listener]
    }

    deinit { for fd in open { calls.close(fd) } }

    /// Begins to connect, watched with the descriptor as token.
    func connect(to address: SocketAddress? = nil) throws -> FileDescriptor {
        let result = Sockets.connect(address ?? self.address, calls: calls)
        guard case .inProgress(let fd) = result else { throw SystemError.invalidArgument }
        open.append(fd)
        loop.add(fd, token: UInt64(fd))
        return fd
    }

    func accept() throws -> FileDescriptor {
        guard case .accepted(let fd, _) = Sockets.acceptOne(listener, calls: calls) else {
            throw SystemError.wouldBlock
        }
        open.append(fd)
        return fd
    }

    /// A connection with both ends watched and all events so far forgotten.
    func pair() throws -> (client: FileDescriptor, server: FileDescriptor) {
        let client = try connect()
        wait(for: client, .out)
        let server = try accept()
        loop.add(server, token: UInt64(server))
        wait(for: server, .out)
        _ = events()
        return (client, server)
    }

    func close(_ fd: FileDescriptor) {
        open.removeAll { $0 == fd }
        calls.close(fd)
    }

    /// Waits until every bit of `readiness` was reported; takes what was. Five seconds at most.
    @discardableResult
    func wait(for fd: FileDescriptor, _ readiness: Readiness) -> Readiness {
        wait(token: UInt64(fd), readiness)
    }

    @discardableResult
    func wait(token: UInt64, _ readiness: Readiness) -> Readiness {
        let guardTimer = loop.timers.schedule(
            at: calls.monotonic().adding(milliseconds: 5_000), token: 0)
        while !(seen[token] ?? []).isSuperset(of: readiness),
            loop.timers.popExpired(now: loop.now.monotonic) == nil
        {
            collect(loop.poll(hasWork: false))
        }
        loop.timers.cancel(guardTimer)
        return seen.removeValue(forKey: token) ?? []
    }

    /// What is reported without waiting.
    func events() -> [UInt64: Readiness] {
        collect(loop.poll(hasWork: true))
        defer { seen = [:] }
        return seen
    }

    private func collect(_ count: Int) {
        for index in 0..<count {
            let event = loop.ready(index)
            seen[event.token, default: []].formUnion(event.readiness)
        }
    }

    func send(_ fd: FileDescriptor, _ text: String) -> Int {
        Array(text.utf8).withBytes { calls.send(fd, $0) }
    }

    /// What one `recv` brings: its result and its bytes as text.
    func recv(_ fd: FileDescriptor, capacity: Int = 4096) -> (result: Int, text: String) {
        var bytes = [UInt8](repeating: 0, count: capacity)
        let result = unsafe bytes.withUnsafeMutableBytes { unsafe calls.recv(fd, $0.baseAddress!, $0.count) }
        return (result, String(decoding: bytes.prefix(max(0, result)), as: UTF8.self))
    }

    /// Writes until the socket is full; the number of bytes taken.
    func fill(_ fd: FileDescriptor) -> Int {
        let block = [UInt8](repeating: 0x61, count: 16_384)
        var total = 0
        while case let taken = block.withBytes({ calls.send(fd, $0) }), taken > 0 { total += taken }
        return total
    }

    /// Reads until there is nothing; the number of bytes.
    func empty(_ fd: FileDescriptor) -> Int {
        var total = 0
        while case let taken = recv(fd, capacity: 65_536).result, taken > 0 { total += taken }
        return total
    }
}
