import HTTPTransport
import MeshTestKit
import Reactor
import Substrate
import Testing

/// What happens when time passes and nothing else does.
@Suite struct TimeTests {
    /// Virtual milliseconds until `isDone`.
    private func wait(_ bench: TransportBench, seconds: UInt64 = 200, _ isDone: () -> Bool) -> UInt64 {
        let began = bench.network.now
        bench.run(seconds: seconds, until: isDone)
        return bench.network.now.nanoseconds(since: began) / 1_000_000
    }

    private func isAbout(_ milliseconds: UInt64, _ expected: UInt64) -> Bool {
        milliseconds + 5 >= expected && milliseconds <= expected + 50
    }

    @Test func `a client that never speaks is closed after the head's time`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        let time = wait(bench) { client.isClosed }
        #expect(isAbout(time, 10_000), "\(time) ms")
        #expect(client.input.isEmpty)
    }

    @Test(arguments: Hops.encryptions) func `half a head is answered with 408, however slowly it comes`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        for isKept in [false, true] {
            let client = try bench.client()
            if isKept { #expect(bench.ask(client, bench.get("/1"))?.status == 200) }
            if hops.tlsDownstream { #expect(bench.run { client.isEstablished }) }
            client.send("GET /x HTTP/1.1\r\nhost: ")
            let began = bench.network.now
            for _ in 0..<200 where client.input.isEmpty {
                bench.pass(milliseconds: 100)
                if client.input.isEmpty { client.send("a") }
            }
            let time = bench.network.now.nanoseconds(since: began) / 1_000_000
            #expect(time >= 9_900 && time <= 10_300, "\(time) ms")
            #expect(bench.answer(client)?.status == 408)
            #expect(bench.run(seconds: 10) { client.isClosed })
        }
    }

    @Test func `an idle connection is closed after its time`() throws {
        for hops in Hops.encryptions {
            let bench = try TransportBench(hops, idleTimeout: 7_000_000_000)
            let client = try bench.client()
            #expect(bench.ask(client, bench.get("/1"))?.status == 200)
            let time = wait(bench) { client.isClosed }
            #expect(isAbout(time, 7_000), "\(time) ms")
            #expect(client.endedCleanly)
            bench.end()
        }
    }

    @Test func `a handshake that does not come to its end is given up`() throws {
        let bench = try TransportBench(Hops(tlsDownstream: true))
        defer { bench.end() }
        let silent = bench.network.client(connectTo: bench.address)
        let time = wait(bench) { silent.isClosed }
        #expect(isAbout(time, 10_000), "\(time) ms")
        #expect(bench.transport.counters.handshakeFailures == 1)
    }

    @Test(arguments: Hops.encryptions)
    func `an answer that a closing connection does not take is given up, unless it goes on taking`(
        _ hops: Hops
    ) throws {
        var limits = TransportLimits()
        limits.flushTimeout = 2_000_000_000
        let bench = try TransportBench(hops, limits: limits)
        defer { bench.end() }
        bench.handler.answerBytes = 4_000_000
        let client = try bench.client()
        if hops.tlsDownstream { #expect(bench.run { client.isEstablished }) }
        client.reads = false
        client.send("GET /answer HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        #expect(bench.run { bench.handler.ended.count == 1 })
        for _ in 0..<3 {
            bench.network.advance(milliseconds: 1_980)
            bench.settle(turns: 2)
            #expect(bench.transport.serverConnections == 1)
            client.reads = true
            client.maxBytesPerPump = 500_000
            bench.settle(turns: 3)
            client.reads = false
        }
        let time = wait(bench) { bench.transport.serverConnections == 0 }
        #expect(isAbout(time, 2_000), "\(time) ms")
    }

    @Test func `an answer that is given up before its end ends in a reset`() throws {
        var limits = TransportLimits()
        limits.flushTimeout = 2_000_000_000
        let bench = try TransportBench(limits: limits, bufferBytes: 16 * 1024)
        defer { bench.end() }
        bench.handler.answerBytes = 200_000
        let client = try bench.client()
        client.reads = false
        client.send("GET /answer HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        #expect(bench.run { bench.handler.ended.count == 1 })
        #expect(bench.run(seconds: 60) { bench.transport.serverConnections == 0 })
        client.reads = true
        bench.settle()
        #expect(client.wasReset)
        #expect(client.input.count < 200_000)
    }

    @Test(arguments: Hops.simulated)
    func `an answer that does not come is a 504 and its connection is closed`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        bench.handler.requestTimeout = 3_000_000_000
        bench.upstream.respond = { _, _ in [] }
        let client = try bench.client()
        client.send(bench.get("/x"))
        #expect(bench.run { bench.upstream.requests.count == 1 })
        let time = wait(bench) { !client.input.isEmpty }
        #expect(isAbout(time, 3_000), "\(time) ms")
        #expect(bench.answer(client)?.status == 504)
        #expect(bench.handler.finished == [.timedOut])
        #expect(bench.run { bench.upstream.connections.allSatisfy(\.isOver) })
        bench.upstream.respond = { _, _ in [.ok("next")] }
        #expect(bench.ask(client, bench.get("/y"))?.body == Array("next".utf8))
    }

    @Test func `an answer that stops in its body is broken off`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.handler.idleTimeout = 4_000_000_000
        bench.upstream.respond = { _, _ in [.text("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")] }
        let client = try bench.client()
        client.send(bench.get("/x"))
        #expect(bench.run { !client.input.isEmpty })
        for _ in 0..<3 {
            bench.pass(milliseconds: 3_000)
            #expect(!client.isClosed)
            bench.upstream.connections.first?.perform([.text("piece")])
            bench.settle()
        }
        let time = wait(bench) { client.isClosed }
        #expect(isAbout(time, 4_000), "\(time) ms")
        #expect(client.wasReset)
        #expect(bench.handler.ended.first?.reason == .upstreamTimeout)
    }

    @Test func `a request body that stops is a 408`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.handler.idleTimeout = 4_000_000_000
        for path in ["/x", "/collect"] {
            let client = try bench.client()
            client.send("POST \(path) HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf")
            let time = wait(bench) { !client.input.isEmpty }
            #expect(isAbout(time, 4_000), "\(time) ms")
            #expect(bench.answer(client, method: "POST")?.status == 408)
            #expect(bench.run(seconds: 10) { client.isClosed })
        }
    }

    @Test func `a connect without an answer is given up`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.network.blackHole(bench.upstream.address)
        let client = try bench.client()
        let began = bench.network.now
        #expect(bench.ask(client, bench.get("/x"), seconds: 10)?.status == 503)
        let time = bench.network.now.nanoseconds(since: began) / 1_000_000
        #expect(isAbout(time, 2_000), "\(time) ms")
        #expect(bench.handler.failures == [.connectTimedOut])
    }

    @Test func `an upstream that does not finish its handshake is given up`() throws {
        let bench = try TransportBench(Hops(tlsUpstream: true))
        defer { bench.end() }
        bench.upstream.tls = nil
        bench.upstream.respond = { _, _ in [] }
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/x"), seconds: 10)?.status == 503)
        #expect(bench.handler.failures == [.connectTimedOut])
    }

    // MARK: The pool's times

    @Test func `pooled connections end with their idle time`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.target.idleTimeoutNanoseconds = 5_000_000_000
        bench.transport.setPool(0, to: bench.target)
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/1"))?.status == 200)
        let time = wait(bench) { bench.transport.clientConnections == 0 }
        #expect(time >= 4_900 && time <= 5_600, "\(time) ms")
        #expect(bench.upstream.connections.first?.peer.wasReset == false)
    }

    @Test func `a server's keep-alive time is honoured with a second to spare`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.upstream.respond = { _, _ in
            [.text("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nkeep-alive: timeout=3\r\n\r\n")]
        }
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/1"))?.status == 200)
        bench.network.advance(milliseconds: 1_990)
        #expect(bench.ask(client, bench.get("/2"))?.status == 200)
        #expect(bench.upstream.connections.count == 1)
        bench.network.advance(milliseconds: 2_001)
        #expect(bench.ask(client, bench.get("/3"))?.status == 200)
        #expect(bench.upstream.connections.count == 2)
    }

    @Test(arguments: [(499, 1), (501, 2)])
    func `a request that must not be repeated goes only over a fresh connection`(
        _ idle: Int, _ connections: Int
    ) throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/1"))?.status == 200)
        bench.network.advance(milliseconds: UInt64(idle))
        #expect(bench.ask(client, bench.post("/2", "x"), method: "POST")?.status == 200)
        #expect(bench.upstream.connections.count == connections)
        #expect(bench.ask(client, bench.get("/3"))?.status == 200)
        #expect(bench.upstream.connections.count == connections)
    }

    // MARK: Stale timers and late answers

    @Test func `the timers of closed connections mean nothing to those in their places`() throws {
        let bench = try TransportBench(headTimeout: 1_000_000_000, idleTimeout: 1_000_000_000)
        defer { bench.end() }
        for round in 0..<20 {
            let first = try bench.client()
            #expect(bench.ask(first, bench.get("/\(round)"))?.status == 200)
            bench.pass(milliseconds: 900)
            first.close()
            bench.settle()
            let second = try bench.client()
            #expect(bench.ask(second, bench.get("/s"))?.status == 200)
            bench.pass(milliseconds: 500)
            #expect(!second.isClosed)
            second.close()
            bench.settle()
        }
    }

    @Test(arguments: Hops.encryptions) func `an exchange that waits is answered later`(_ hops: Hops) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let client = try bench.client()
        client.send(bench.get("/wait") + bench.get("/behind"))
        #expect(bench.run { bench.handler.waiting.count == 1 })
        bench.pass(milliseconds: 1_000)
        #expect(client.input.isEmpty)
        let id = try #require(bench.handler.waiting.first)
        #expect(bench.transport.answerLater(id))
        #expect(bench.answer(client)?.body == Array("local /wait".utf8))
        #expect(bench.answer(client)?.body == Array("/behind".utf8))
        #expect(!bench.transport.answerLater(id))
    }

    @Test func `an exchange that waits may lose its client, its time or the rest of its body`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let gone = try bench.client()
        gone.send(bench.get("/wait"))
        #expect(bench.run { bench.handler.waiting.count == 1 })
        gone.reset()
        bench.settle()
        #expect(!bench.transport.answerLater(bench.handler.waiting.removeLast()))

        let late = try bench.client()
        #expect(bench.ask(late, bench.get("/wait"), seconds: 30)?.status == 504)
        #expect(!bench.transport.answerLater(bench.handler.waiting.removeLast()))

        let half = try bench.client()
        half.send("POST /wait HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf")
        #expect(bench.run { bench.handler.waiting.count == 1 })
        #expect(bench.transport.answerLater(bench.handler.waiting.removeLast()))
        let answer = bench.answer(half, method: "POST")
        #expect(answer?.status == 200)
        #expect(answer?.value("connection") == "close")
    }

    @Test func `a handler's timer and descriptor reach it`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.transport.schedule(afterNanoseconds: 2_000_000, number: 7)
        let event = FileDescriptor(bench.calls.eventCreate())
        bench.transport.watch(event, number: 9)
        _ = bench.calls.eventWrite(event, 1)
        bench.pass(milliseconds: 30)
        #expect(bench.handler.timers == [7])
        #expect(bench.handler.descriptors.contains(9))
        _ = bench.calls.close(event)
    }
}
