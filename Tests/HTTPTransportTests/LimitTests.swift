import Cryptography
import HTTPWire
import MeshTestKit
import Reactor
import Substrate
import Testing

@testable import HTTPTransport

/// The bounds of a worker, and what it gives back.
@Suite struct LimitTests {
    @Test func `connections up to the limit are served and the next is closed`() throws {
        var limits = TransportLimits()
        limits.maxServerConnections = 3
        let bench = try TransportBench(limits: limits)
        defer { bench.end() }
        for _ in 0..<3 {
            let client = try bench.client()
            #expect(bench.ask(client, bench.get("/x"))?.status == 200)
        }
        let refused = try bench.client()
        #expect(bench.run { refused.isClosed })
        #expect(bench.transport.counters.refused == 1)
        bench.clients.first?.close()
        #expect(bench.run { bench.transport.serverConnections == 2 })
        let next = try bench.client()
        #expect(bench.ask(next, bench.get("/x"))?.status == 200)
    }

    @Test(arguments: [8, 9]) func `eight connections are accepted in a turn and the ninth in the next`(
        _ count: Int
    ) throws {
        let bench = try TransportBench()
        defer { bench.end() }
        #expect(TransportLimits().acceptsPerTurn == 8)
        for _ in 0..<count { _ = try bench.client() }
        bench.turn()
        #expect(bench.transport.counters.accepted == 8)
        bench.turn()
        #expect(bench.transport.counters.accepted == UInt64(count))
    }

    @Test func `a body of the allowed length passes and one byte more does not`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.handler.maxBodyBytes = 10
        let client = try bench.client()
        for path in ["/x", "/collect"] {
            #expect(bench.ask(client, bench.post(path, "0123456789"), method: "POST")?.status == 200)
            let chunked =
                "POST \(path) HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\na\r\n0123456789\r\n"
            #expect(bench.ask(client, chunked + "0\r\n\r\n", method: "POST")?.status == 200)
            for request in [bench.post(path, "01234567890"), chunked + "1\r\n0\r\n0\r\n\r\n"] {
                let other = try bench.client()
                #expect(bench.ask(other, request, method: "POST")?.status == 413)
                #expect(bench.run(seconds: 10) { other.isClosed })
            }
        }
        #expect(bench.handler.collected.allSatisfy { $0.count == 10 })
    }

    @Test func `without descriptors a client is shed, accepting pauses and goes on`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let first = try bench.client()
        #expect(bench.ask(first, bench.get("/x"))?.status == 200)
        bench.network.descriptorLimit = bench.network.openDescriptors
        let second = try bench.client()
        second.send(bench.get("/y"))
        let accepts = bench.network.count(of: .accept)
        bench.pass(milliseconds: 1_000)
        #expect(bench.network.count(of: .accept) - accepts <= 12)
        #expect(bench.transport.counters.acceptPauses >= 1)
        #expect(bench.transport.counters.refused == 1)
        #expect(second.isClosed && second.input.isEmpty)
        bench.network.descriptorLimit = 1_000
        bench.pass(milliseconds: 200)
        let third = try bench.client()
        #expect(bench.ask(third, bench.get("/y"))?.status == 200)
    }

    @Test func `without descriptors an upstream cannot be reached`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        client.send(bench.get("/answer"))
        #expect(bench.answer(client)?.status == 200)
        bench.network.descriptorLimit = bench.network.openDescriptors
        #expect(bench.ask(client, bench.get("/x"))?.status == 503)
        #expect(bench.handler.failures == [.noConnection])
        bench.network.descriptorLimit = 1_000
        #expect(bench.ask(client, bench.get("/x"))?.status == 200)
    }

    @Test func `a pool that does not exist has no connection and a retired one keeps none`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        for pool: Int32 in [-1, 5, .max] {
            bench.handler.pool = pool
            #expect(bench.ask(client, bench.get("/x"))?.status == 503)
        }
        bench.handler.pool = 0
        #expect(bench.ask(client, bench.get("/x"))?.status == 200)
        bench.transport.retirePool(0)
        #expect(bench.transport.clientConnections == 0)
        // A request that began with the former configuration.
        #expect(bench.ask(client, bench.get("/x"))?.status == 200)
        #expect(bench.transport.clientConnections == 0)
        bench.transport.setPool(0, to: bench.target)
        #expect(bench.ask(client, bench.get("/x"))?.status == 200)
    }

    @Test func `a pool that is reached in another way keeps no connection of the former one`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let (idle, busy) = (try bench.client(), try bench.client())
        bench.upstream.respond = { request, _ in request.target == "/slow" ? [] : [.ok("x")] }
        busy.send(bench.get("/slow"))
        #expect(bench.ask(idle, bench.get("/x"))?.status == 200)
        #expect(bench.transport.clientConnections == 2)
        bench.transport.setPool(0, to: bench.target)
        #expect(bench.transport.idleUpstreamConnections == 1)

        bench.target.tls = TestCredentials.contexts.client
        bench.upstream.tls = TestCredentials.contexts.server
        bench.transport.setPool(0, to: bench.target)
        #expect(bench.transport.clientConnections == 1)
        for connection in bench.upstream.connections where !connection.isOver {
            connection.perform([.ok("y")])
        }
        #expect(bench.answer(busy)?.status == 200)
        #expect(bench.transport.clientConnections == 0)

        #expect(bench.ask(idle, bench.get("/x"))?.status == 200)
        #expect(bench.transport.idleUpstreamConnections == 1)
        bench.target.tls = TestCredentials.contexts.suspicious
        bench.transport.setPool(0, to: bench.target)
        #expect(bench.ask(idle, bench.get("/x"))?.status == Int(ReasonCode.upstreamTLSFailed.status))
        #expect(TestCredentials.contexts.client.terms != TestCredentials.contexts.anonymous.terms)
    }

    @Test func `idle connections are kept up to the pool's number`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.target.maxIdle = 2
        bench.transport.setPool(0, to: bench.target)
        bench.upstream.respond = { _, _ in [] }
        let clients = try (0..<5).map { _ in try bench.client() }
        for client in clients { client.send(bench.get("/x")) }
        #expect(bench.run { bench.upstream.requests.count == 5 })
        #expect(bench.transport.clientConnections == 5)
        for connection in bench.upstream.connections { connection.perform([.ok("x")]) }
        for client in clients { #expect(bench.answer(client)?.status == 200) }
        #expect(bench.transport.clientConnections == 2)
        #expect(bench.transport.poolStatus.first?.idle == 2)
    }

    @Test func `memory goes back when five thousand connections have come and gone`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        var peers: [SimulatedPeer] = []
        for _ in 0..<5_000 {
            let peer = bench.network.client(connectTo: bench.address)
            peer.send(bench.get("/answer"))
            peers.append(peer)
            if peers.count % 50 == 0 { for _ in 0..<8 { bench.transport.turn() } }
        }
        #expect(bench.run { bench.handler.ended.count == 5_000 })
        let state = bench.transport.s
        let full = state[].servers.heldPages
        #expect(full >= 5_000 / 64)
        for peer in peers { peer.close() }
        #expect(bench.run { bench.transport.serverConnections == 0 })
        bench.transport.trim()
        let (servers, exchanges) = (state[].servers.heldPages, state[].exchanges.heldPages)
        #expect(servers <= 1 && exchanges <= 1)
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/x"))?.status == 200)
        #expect(bench.transport.counters.accepted == 5_001)
    }

    @Test func `an idle connection holds no buffer`() throws {
        let bench = try TransportBench(Hops(tlsDownstream: true, tlsUpstream: true))
        defer { bench.end() }
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/x"))?.status == 200)
        bench.settle()
        let state = bench.transport.s
        var held = 0
        state[].servers.forEach { _, connection in
            held +=
                connection[].io.leftover.capacity + connection[].io.output.capacity
                + connection[].io.wire.capacity
        }
        state[].clients.forEach { _, connection in
            held +=
                connection[].io.leftover.capacity + connection[].io.output.capacity
                + connection[].io.wire.capacity
        }
        #expect(held == 0)
    }

    @Test(arguments: Hops.simulated) func `bytes to clients are counted as they are on the wire`(_ hops: Hops)
        throws
    {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let body = String(repeating: "x", count: 200_000)
        bench.upstream.respond = { _, _ in [.ok(body)] }
        let client = try bench.client()
        let answer = try #require(bench.ask(client, bench.get("/x")))
        #expect(answer.body.count == 200_000)
        #expect(bench.transport.counters.bytesSent >= 200_000)
        #expect(bench.transport.counters.bytesSent < 210_000)
        #expect(bench.transport.counters.bytesReceived > 20)
    }

    @Test func `a head in many pieces is counted once`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.network.maxBytesPerRead = 1
        let client = try bench.client()
        let request = bench.get("/a-path-of-some-length")
        #expect(bench.ask(client, request)?.status == 200)
        #expect(bench.transport.counters.bytesReceived == UInt64(request.utf8.count))
    }

    @Test func `collected bodies of a worker share one bound and give it back`() throws {
        var limits = TransportLimits()
        limits.maxCollectedBytes = 20
        let bench = try TransportBench(limits: limits)
        defer { bench.end() }
        let holder = try bench.client()
        holder.send(bench.post("/collect-wait", "0123456789"))
        #expect(bench.run { bench.handler.waiting.count == 1 })
        let state = bench.transport.s
        for (body, status) in [("0123456789", 200), ("0123456789a", 503), ("0123456789", 200)] {
            let client = try bench.client()
            #expect(bench.ask(client, bench.post("/collect", body), method: "POST")?.status == status)
            #expect(state[].collectedBytes == 10)
        }
        #expect(bench.handler.ended.map(\.reason).contains(.overloaded))
        #expect(bench.transport.answerLater(bench.handler.waiting.removeLast()))
        #expect(bench.answer(holder, method: "POST")?.status == 200)
        let client = try bench.client()
        let body = String(repeating: "x", count: 20)
        #expect(bench.ask(client, bench.post("/collect", body), method: "POST")?.status == 200)
        #expect(state[].collectedBytes == 0)
        // One that goes away in the middle gives back too.
        let gone = try bench.client()
        gone.send("POST /collect HTTP/1.1\r\nhost: a\r\ncontent-length: 20\r\n\r\n0123456789")
        #expect(bench.run { state[].collectedBytes == 10 })
        gone.reset()
        #expect(bench.run { state[].collectedBytes == 0 })
    }

    @Test func `a TLS connection that is used now and then outlives its timer's early looks`() throws {
        let bench = try TransportBench(Hops(tlsDownstream: true, tlsUpstream: true))
        defer { bench.end() }
        let client = try bench.client()
        for number in 0..<12 {
            #expect(bench.ask(client, bench.get("/\(number)"))?.body == Array("/\(number)".utf8))
            bench.pass(milliseconds: 3_000 * UInt64(1 + number % 6))
        }
        #expect(!client.isClosed)
        #expect(bench.upstream.connections.count == 1)
    }

    @Test func `a worker without neighbours serves and counts what it accepts`() throws {
        let network = SimulatedNetwork(seed: 3)
        let loop = try EventLoop(calls: network.calls)
        let loads = WorkerLoads(workers: 4)
        let transport = Transport(
            loop: loop, calls: network.calls, limits: TransportLimits(), worker: 0, loads: loads,
            handler: TestHandler(), seed: 5)
        let listener = try Sockets.listen(SocketAddress(ipv4: (127, 0, 0, 1), port: 0), calls: network.calls)
        _ = transport.listen(
            on: listener,
            options: ListenerOptions(
                tls: nil, limits: HTTP1Limits(), headTimeoutNanoseconds: 60_000_000_000,
                idleTimeoutNanoseconds: 1_000_000_000))
        let address = try Sockets.localAddress(of: listener, calls: network.calls)
        let clients = (0..<40).map { _ in network.client(connectTo: address) }
        for _ in 0..<6 { transport.turn() }
        #expect((0..<4).map { loads[$0] } == [40, 0, 0, 0])
        for client in clients { client.close() }
        _ = network.run(until: { transport.serverConnections == 0 }, turn: transport.turn)
        #expect((0..<4).map { loads[$0] } == [0, 0, 0, 0])
        transport.destroy()
    }
}
