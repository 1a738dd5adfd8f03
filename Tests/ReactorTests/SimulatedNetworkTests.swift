import MeshTestKit
import Reactor
import Substrate
import Testing

@Suite struct SimulatedNetworkTests {
    private let address = SocketAddress(ipv4: (10, 0, 0, 1), port: 80)

    /// Connects the code under test to a scripted server; both ends.
    private func connected(_ bench: Bench) throws -> (fd: FileDescriptor, peer: SimulatedPeer) {
        let listener = bench.network.listen(address)
        let fd = try bench.connect(to: address)
        bench.wait(for: fd, .out)
        return (fd, try #require(listener.accept()))
    }

    @Test func `a scripted client talks to a listener of the code under test`() throws {
        let bench = try Bench(.simulation)
        let client = bench.network.client(connectTo: bench.address)
        client.send("ping")
        client.closeWrite()
        let server = try bench.accept()
        bench.loop.add(server, token: UInt64(server))
        #expect(bench.wait(for: server, .rdhup) == [.in, .out, .rdhup])
        #expect(bench.recv(server) == (4, "ping"))
        #expect(bench.recv(server).result == 0)
        #expect(bench.send(server, "pong") == 4)
        bench.close(server)
        #expect(client.receiveText() == "pong")
        #expect(client.hasEnd && client.isClosed && !client.wasReset)
    }

    @Test(arguments: [1, 2, 3]) func `bytes that arrive in pieces are an edge each`(piece: Int) throws {
        let bench = try Bench(.simulation)
        let (fd, peer) = try connected(bench)
        bench.network.maxBytesPerRead = piece
        peer.send("abcdef")
        peer.closeWrite()
        var pieces: [String] = []
        for _ in 0..<(6 / piece) {
            #expect(bench.wait(for: fd, .in) == [.in, .out])
            pieces.append(bench.recv(fd).text)
            #expect(bench.recv(fd).result == SystemError.wouldBlock.result)
        }
        #expect(pieces.joined() == "abcdef" && pieces.count == 6 / piece)
        #expect(bench.wait(for: fd, .rdhup) == [.in, .out, .rdhup])
        #expect(bench.recv(fd).result == 0)
    }

    @Test func `a limited writer gets its room back as an edge in the next wait`() throws {
        let bench = try Bench(.simulation)
        let (fd, peer) = try connected(bench)
        bench.network.maxBytesPerWrite = 1
        #expect(bench.send(fd, "abc") == 1)
        #expect(bench.send(fd, "bc") == SystemError.wouldBlock.result)
        #expect(bench.wait(for: fd, .out) == .out)
        #expect(bench.send(fd, "bc") == 1)
        #expect(peer.receiveText() == "ab")
    }

    @Test func `a peer that does not read stops the writer at its buffer`() throws {
        let bench = try Bench(.simulation)
        bench.network.bufferBytes = 1_000
        let (fd, peer) = try connected(bench)
        #expect(bench.fill(fd) == 1_000)
        #expect(bench.events()[UInt64(fd)] == nil)
        #expect(peer.receive(atMost: 10).count == 10)
        #expect(bench.wait(for: fd, .out) == .out)
        #expect(bench.fill(fd) == 10)
    }

    @Test func `a scripted sender's bytes wait outside a full buffer and lose nothing`() throws {
        let bench = try Bench(.simulation)
        bench.network.bufferBytes = 100
        let (fd, peer) = try connected(bench)
        peer.send([UInt8](repeating: 1, count: 1_000))
        #expect(peer.unsentBytes == 900)
        bench.wait(for: fd, .in)
        #expect(bench.empty(fd) == 1_000)
        #expect(peer.unsentBytes == 0)
    }

    @Test func `closing and resetting by script look as they do from a kernel`() throws {
        let bench = try Bench(.simulation)
        let (fd, peer) = try connected(bench)
        peer.reset()
        #expect(bench.wait(for: fd, .err) == [.in, .out, .rdhup, .hup, .err])
        #expect(bench.recv(fd).result == SystemError.connectionReset.result)
    }

    @Test func `nobody listening is a refusal and a black hole is silence`() throws {
        let bench = try Bench(.simulation)
        #expect(bench.network.client(connectTo: address).wasRefused)
        bench.network.blackHole(address)
        let fd = try bench.connect(to: address)
        let before = bench.network.stalls
        #expect(bench.events()[UInt64(fd)] == nil)
        #expect(bench.loop.poll(hasWork: false) == 0)
        #expect(bench.network.stalls == before + 1)
    }

    @Test func `out of descriptors one connection is shed with the reserve`() throws {
        let bench = try Bench(.simulation)
        var reserve = ReserveDescriptor(calls: bench.calls)
        let first = bench.network.client(connectTo: bench.address)
        let second = bench.network.client(connectTo: bench.address)
        bench.network.descriptorLimit = bench.network.openDescriptors
        #expect(Sockets.acceptOne(bench.listener, calls: bench.calls) == .tooManyFiles)
        let shed = reserve.shedOne(from: bench.listener)
        let isHeld = reserve.isHeld
        #expect(shed && isHeld)
        #expect(first.isClosed && !second.isClosed)
        #expect(bench.network.misuses.isEmpty)
    }

    @Test func `accepting who waits passes over the gone and ends when descriptors run out`() throws {
        let bench = try Bench(.simulation)
        let clients = (0..<3).map { _ in bench.network.client(connectTo: bench.address) }
        bench.network.failNext(.accept, with: .connectionAborted)
        bench.network.descriptorLimit = bench.network.openDescriptors + 2
        var accepted: [FileDescriptor] = []
        #expect(!Sockets.acceptWaiting(bench.listener, calls: bench.calls) { fd, _ in accepted.append(fd) })
        #expect(accepted.count == 2)
        #expect(clients.allSatisfy { !$0.isClosed })
        for fd in accepted { bench.calls.close(fd) }
        #expect(Sockets.acceptWaiting(bench.listener, calls: bench.calls) { fd, _ in bench.calls.close(fd) })
    }

    @Test func `planted faults happen as often as asked`() throws {
        let bench = try Bench(.simulation)
        bench.network.failNext(.accept, with: .connectionAborted, times: 2)
        for _ in 0..<2 { #expect(Sockets.acceptOne(bench.listener, calls: bench.calls) == .aborted) }
        #expect(Sockets.acceptOne(bench.listener, calls: bench.calls) == .wouldBlock)
    }

    @Test func `using a closed descriptor is recorded`() throws {
        let bench = try Bench(.simulation)
        let (fd, _) = try connected(bench)
        bench.close(fd)
        #expect(bench.recv(fd).result == SystemError.badDescriptor.result)
        #expect(bench.network.misuses.count == 1)
    }

    @Test func `hangs are told apart`() throws {
        let network = SimulatedNetwork()
        let loop = try EventLoop(calls: network.calls)
        let stalled = network.run(until: { false }, turn: { _ = loop.poll(hasWork: false) })
        #expect(stalled == .stalled)
        let spinning = network.run(maxTurns: 100, until: { false }, turn: { _ = loop.poll(hasWork: true) })
        #expect(spinning == .spinning)
        let late = network.run(seconds: 1, until: { false }) {
            _ = loop.timers.schedule(at: loop.now.monotonic.adding(milliseconds: 500), token: 1)
            _ = loop.poll(hasWork: false)
            while loop.timers.popExpired(now: loop.now.monotonic) != nil {}
        }
        #expect(late == .deadline)
    }

    @Test func `the same seed tells the same story`() throws {
        func order(seed: UInt64) throws -> [UInt64] {
            let network = SimulatedNetwork(seed: seed)
            let loop = try EventLoop(calls: network.calls)
            _ = network.listen(address)
            for _ in 0..<8 {
                guard case .inProgress(let fd) = Sockets.connect(address, calls: network.calls) else {
                    continue
                }
                loop.add(fd, token: UInt64(fd))
            }
            let count = loop.poll(hasWork: false)
            return (0..<count).map { loop.ready($0).token }
        }
        #expect(try order(seed: 3) == order(seed: 3))
        #expect(try order(seed: 3) != order(seed: 4))
    }
}
