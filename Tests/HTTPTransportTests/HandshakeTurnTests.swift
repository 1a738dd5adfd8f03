import Cryptography
import HTTPWire
import MeshTestKit
import Reactor
import Substrate
import Testing

@testable import HTTPTransport

/// Handshakes of clients beside everything else that a worker does.
@Suite struct HandshakeTurnTests {
    private func bench(waiting: Int? = nil) throws -> TransportBench {
        var limits = TransportLimits()
        limits.acceptsPerTurn = 64
        if let waiting { limits.maxWaitingHandshakes = waiting }
        return try TransportBench(Hops(tlsDownstream: true), limits: limits)
    }

    @Test func `one turn takes one step, and an established connection does not wait for the rest`() throws {
        let bench = try bench()
        defer { bench.end() }
        let established = try bench.client()
        #expect(bench.ask(established, bench.get("/1"))?.status == 200)
        let before = bench.transport.counters.handshakes
        let flood = try (0..<20).map { _ in try bench.client() }
        bench.turn()
        established.send(bench.get("/answer"))
        var turns = 0
        while established.input.isEmpty, turns < 50 {
            bench.turn()
            turns += 1
        }
        #expect(turns <= 3, "\(turns)")
        #expect(bench.transport.counters.handshakes - before <= UInt64(turns))
        let done = bench.run { flood.allSatisfy { $0.isEstablished } }
        #expect(done)
        #expect(bench.run { bench.transport.counters.handshakes == before + 20 })
    }

    @Test func `handshakes go on while established connections never rest`() throws {
        let bench = try bench()
        defer { bench.end() }
        let busy = try (0..<8).map { _ in try bench.client() }
        #expect(bench.run { busy.allSatisfy { $0.isEstablished } })
        let new = try (0..<10).map { _ in try bench.client() }
        var turns = 0
        while !new.allSatisfy({ $0.isEstablished }), turns < 200 {
            for client in busy { client.send(bench.get("/answer")) }
            bench.turn()
            turns += 1
        }
        // Two steps each, one a turn, and the flights' way there and back.
        #expect(turns <= 40, "\(turns)")
    }

    @Test func `as many beginners wait as may, and the next is reset and counted`() throws {
        let bench = try bench(waiting: 5)
        defer { bench.end() }
        // Their first flights all come in one turn, before any step of that turn.
        let clients = try (0..<6).map { _ in try bench.client() }
        bench.turn()
        bench.turn()
        #expect(bench.transport.counters.handshakesShed == 1)
        #expect(bench.handler.shed == 1)
        #expect(bench.run { clients.filter { $0.isEstablished }.count == 5 })
        #expect(bench.run { clients.filter { $0.isClosed }.count == 1 })
        #expect(bench.run { bench.transport.counters.handshakes == 5 })
        #expect(bench.transport.counters.handshakeFailures == 0)
    }

    @Test func `exactly as many beginners as may wait are all served`() throws {
        let bench = try bench(waiting: 5)
        defer { bench.end() }
        let clients = try (0..<5).map { _ in try bench.client() }
        #expect(bench.run { clients.allSatisfy { $0.isEstablished } })
        #expect(bench.transport.counters.handshakesShed == 0)
    }

    @Test func `beginners that went away make room at once`() throws {
        let bench = try bench(waiting: 3)
        defer { bench.end() }
        let gone = try (0..<3).map { _ in try bench.client() }
        bench.turn()
        bench.turn()
        for client in gone { client.reset() }
        let clients = try (0..<3).map { _ in try bench.client() }
        #expect(bench.run { clients.allSatisfy { $0.isEstablished } })
        #expect(bench.transport.counters.handshakesShed == 0)
    }

    @Test func `a client that ends in order right behind its handshake has finished it`() throws {
        let bench = try bench()
        defer { bench.end() }
        let client = try bench.client()
        client.holdsOutput = true
        #expect(bench.run { client.isEstablished })
        // Its Finished, its close_notify and the end of its stream come together.
        client.sendEnd()
        let last = client.takeHeld()
        client.wire.send(last)
        client.wire.closeWrite()
        #expect(bench.run { bench.transport.serverConnections == 0 })
        #expect(bench.transport.counters.handshakes == 1)
        #expect(bench.transport.counters.handshakeFailures == 0)
    }
}
