import MeshTestKit
import Reactor
import Substrate
import Testing

/// Each scenario runs on the kernel and on the simulation, with the same expectations.
@Suite struct KernelAgreementTests {
    @Test(arguments: Kernel.allCases)
    func `connects, echoes and ends`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let (client, server) = try bench.pair()
        #expect(bench.send(client, "hello") == 5)
        #expect(bench.wait(for: server, .in) == [.in, .out])
        #expect(bench.recv(server) == (5, "hello"))
        #expect(bench.recv(server).result == SystemError.wouldBlock.result)
        #expect(bench.send(server, "world") == 5)
        #expect(bench.calls.shutdown(server, .write) == 0)
        #expect(bench.wait(for: client, .rdhup) == [.in, .out, .rdhup])
        #expect(bench.recv(client) == (5, "world"))
        #expect(bench.recv(client).result == 0)
        #expect(bench.recv(client).result == 0)
    }

    @Test(arguments: Kernel.allCases)
    func `a state that does not change is reported once`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let (client, server) = try bench.pair()
        _ = bench.send(client, "one")
        #expect(bench.wait(for: server, .in) == [.in, .out])
        #expect(bench.events() == [:])
        _ = bench.send(client, "two")
        #expect(bench.wait(for: server, .in) == [.in, .out])
        #expect(bench.recv(server, capacity: 4) == (4, "onet"))
        #expect(bench.events() == [:])
        #expect(bench.recv(server) == (2, "wo"))
    }

    @Test(arguments: Kernel.allCases)
    func `a reset is an error once and then the end`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let (client, server) = try bench.pair()
        bench.calls.setOption(server, .resetOnClose, 1)
        bench.close(server)
        #expect(bench.wait(for: client, .err) == [.in, .out, .rdhup, .hup, .err])
        #expect(bench.recv(client).result == SystemError.connectionReset.result)
        #expect(bench.recv(client).result == 0)
        #expect(bench.send(client, "x") == SystemError.brokenPipe.result)
    }

    @Test(arguments: Kernel.allCases)
    func `bytes before a reset can still be read`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let (client, server) = try bench.pair()
        _ = bench.send(server, "last words")
        bench.wait(for: client, .in)
        bench.calls.setOption(server, .resetOnClose, 1)
        bench.close(server)
        bench.wait(for: client, .err)
        #expect(bench.recv(client) == (10, "last words"))
        #expect(bench.recv(client).result == SystemError.connectionReset.result)
    }

    @Test(arguments: Kernel.allCases)
    func `closing with unread bytes resets the peer`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let (client, server) = try bench.pair()
        _ = bench.send(client, "never read")
        bench.wait(for: server, .in)
        bench.close(server)
        #expect(bench.wait(for: client, .err) == [.in, .out, .rdhup, .hup, .err])
        #expect(bench.send(client, "x") == SystemError.connectionReset.result)
        #expect(bench.recv(client).result == 0)
    }

    @Test(arguments: Kernel.allCases)
    func `the first write to a closed peer is taken and the second is a broken pipe`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let (client, server) = try bench.pair()
        bench.close(server)
        #expect(bench.wait(for: client, .rdhup) == [.in, .out, .rdhup])
        #expect(bench.send(client, "too late") == 8)
        #expect(bench.wait(for: client, .err) == [.in, .out, .rdhup, .hup, .err])
        #expect(bench.recv(client).result == 0)
        #expect(bench.send(client, "x") == SystemError.brokenPipe.result)
    }

    @Test(arguments: Kernel.allCases)
    func `two half closes hang up both ends`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let (client, server) = try bench.pair()
        bench.calls.shutdown(client, .write)
        #expect(bench.wait(for: server, .rdhup) == [.in, .out, .rdhup])
        #expect(bench.send(server, "still here") == 10)
        bench.wait(for: client, .in)
        bench.calls.shutdown(server, .write)
        #expect(bench.wait(for: client, .hup).isSuperset(of: [.in, .rdhup, .hup]))
        #expect(bench.recv(client) == (10, "still here"))
        #expect(bench.recv(client).result == 0)
        #expect(bench.send(client, "x") == SystemError.brokenPipe.result)
    }

    @Test(arguments: Kernel.allCases)
    func `room is one edge after a refused write`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let (client, server) = try bench.pair()
        let written = bench.fill(client)
        #expect(written > 0)
        bench.wait(for: server, .in)
        #expect(bench.events()[UInt64(client)] == nil)
        let read = bench.empty(server)
        #expect(bench.wait(for: client, .out) == .out)
        #expect(bench.events()[UInt64(client)] == nil)
        #expect(read > 0)
    }

    @Test(arguments: Kernel.allCases)
    func `a refused connect ends as an error that can be taken once`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        // A port that was free a moment ago: bound by nobody now.
        let other = try Sockets.listen(SocketAddress(ipv4: (127, 0, 0, 1), port: 0), calls: bench.calls)
        let address = try Sockets.localAddress(of: other, calls: bench.calls)
        bench.calls.close(other)
        let client = try bench.connect(to: address)
        #expect(bench.wait(for: client, .err) == [.in, .out, .rdhup, .hup, .err])
        #expect(bench.calls.takeError(client) == .connectionRefused)
        #expect(bench.calls.takeError(client) == nil)
    }

    @Test(arguments: Kernel.allCases)
    func `a listener is reported until its queue is empty`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        bench.loop.addListener(bench.listener, token: Bench.listenerToken)
        let first = try bench.connect()
        let second = try bench.connect()
        bench.wait(for: first, .out)
        bench.wait(for: second, .out)
        #expect(bench.wait(token: Bench.listenerToken, .in) == .in)
        _ = try bench.accept()
        #expect(bench.events()[Bench.listenerToken] == .in)
        _ = try bench.accept()
        #expect(bench.events()[Bench.listenerToken] == nil)
        #expect(Sockets.acceptOne(bench.listener, calls: bench.calls) == .wouldBlock)
    }

    @Test(arguments: Kernel.allCases)
    func `a listener that refuses connections gives those that wait already`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let waiting = [try bench.connect(), try bench.connect()]
        for client in waiting { bench.wait(for: client, .out) }
        _ = bench.send(waiting[0], "asked")
        #expect(bench.calls.setOption(bench.listener, .refuseConnections, 1) == 0)
        let late = try bench.connect()
        #expect(bench.events()[UInt64(late)] == nil)
        var accepted: [FileDescriptor] = []
        let isAll = Sockets.acceptWaiting(bench.listener, calls: bench.calls) { fd, _ in accepted.append(fd) }
        #expect(isAll && accepted.count == 2)
        bench.close(bench.listener)
        #expect(bench.recv(accepted[0]) == (5, "asked"))
        #expect(bench.send(accepted[0], "told") == 4)
        bench.wait(for: waiting[0], .in)
        #expect(bench.recv(waiting[0]) == (4, "told"))
        #expect(bench.events()[UInt64(late)] == nil || kernel == .simulation)
        for fd in accepted { bench.calls.close(fd) }
    }

    @Test(arguments: Kernel.allCases)
    func `what is ready when the watch begins is reported`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let client = try bench.connect()
        bench.wait(for: client, .out)
        _ = bench.send(client, "early")
        bench.calls.shutdown(client, .write)
        let server = try bench.accept()
        bench.loop.add(server, token: UInt64(server))
        #expect(bench.wait(for: server, .rdhup) == [.in, .out, .rdhup])
    }

    @Test(arguments: Kernel.allCases)
    func `four pieces leave in one call and in order`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let (client, server) = try bench.pair()
        #expect(bench.calls.sendVector(client, Bytes("a"), Bytes(), Bytes("bc"), Bytes("def")) == 6)
        bench.wait(for: server, .in)
        #expect(bench.recv(server) == (6, "abcdef"))
        #expect(bench.calls.sendVector(client, Bytes(), Bytes()) == 0)
    }

    @Test(arguments: Kernel.allCases)
    func `both ends know each other's address`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let client = try bench.connect()
        bench.wait(for: client, .out)
        let accepted = Sockets.acceptOne(bench.listener, calls: bench.calls)
        guard case .accepted(let server, let peer) = accepted else {
            Issue.record("accepted nothing")
            return
        }
        defer { bench.calls.close(server) }
        #expect(try Sockets.localAddress(of: client, calls: bench.calls) == peer)
        #expect(try Sockets.localAddress(of: server, calls: bench.calls) == bench.address)
        var name = SocketAddress.unspecified
        #expect(bench.calls.peerName(client, &name) == 0)
        #expect(name == bench.address)
    }

    @Test(arguments: Kernel.allCases)
    func `a second listener on an address is refused by name`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let error = #expect(throws: ReactorError.self) {
            try Sockets.listen(bench.address, calls: bench.calls)
        }
        #expect(error?.cause == .addressInUse)
        #expect(error?.description.contains("\(bench.address)") == true)
        #expect(error?.description.contains("another process listens there") == true)
    }

    @Test(arguments: Kernel.allCases)
    func `a wake-up ends a wait without end and is no event`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        bench.loop.wake()
        bench.loop.wake()
        #expect(bench.loop.poll(hasWork: false) == 0)
        bench.loop.wake()
        #expect(bench.loop.poll(hasWork: false) == 0)
    }

    @Test(arguments: Kernel.allCases)
    func `a wait ends with the next timer`(kernel: Kernel) throws {
        let bench = try Bench(kernel)
        let deadline = bench.calls.monotonic().adding(milliseconds: 30)
        _ = bench.loop.timers.schedule(at: deadline, token: 5)
        var fired: UInt64?
        for _ in 0..<10 where fired == nil {
            #expect(bench.loop.poll(hasWork: false) == 0)
            fired = bench.loop.timers.popExpired(now: bench.loop.now.monotonic)
        }
        #expect(fired == 5)
        #expect(bench.loop.now.monotonic >= deadline)
    }
}
