import HTTPWire
import MeshTestKit
import Reactor
import Substrate
import Testing

@testable import HTTPTransport

@Suite("drain")
struct DrainTests {
    @Test(arguments: Hops.encryptions) func `draining answers what is under way and closes what is idle`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        bench.upstream.respond = { request, _ in request.target == "/slow" ? [] : [.ok("x")] }
        let idle = try bench.client()
        #expect(bench.ask(idle, bench.get("/x"))?.status == 200)
        let busy = try bench.client()
        busy.send(bench.get("/slow"))
        let half = try bench.client()
        half.send("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\nhalf")
        #expect(bench.run { bench.upstream.requests.count == 2 && bench.handler.arrived == 3 })
        bench.transport.drain()
        #expect(bench.run { idle.isClosed && idle.endedCleanly })
        #expect(!busy.isClosed)
        for connection in bench.upstream.connections where connection.requests.last?.target == "/slow" {
            connection.perform([.ok("slow")])
        }
        let answer = bench.answer(busy)
        #expect(answer?.body == Array("slow".utf8))
        #expect(answer?.value("connection") == "close")
        #expect(bench.run { busy.isClosed })
        half.send("done")
        #expect(bench.answer(half, method: "POST")?.value("connection") == "close")
        for client in [idle, busy, half] { client.close() }
        #expect(bench.run { bench.transport.serverConnections == 0 })
        let late = try bench.client()
        bench.settle()
        #expect(late.input.isEmpty)
        #expect(bench.transport.serverConnections == 0)
    }

    @Test(arguments: Hops.encryptions) func `draining answers the request that has come and was not read yet`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let (kept, fresh) = (try bench.client(), try bench.client())
        #expect(bench.ask(kept, bench.get("/x"))?.status == 200)
        #expect(bench.run { fresh.isEstablished && bench.transport.serverConnections == 2 })
        // No turn comes in between: the kernel has both requests, and nobody was told.
        kept.send(bench.get("/kept"))
        fresh.send(bench.get("/fresh"))
        bench.transport.drain()
        for (client, path) in [(kept, "/kept"), (fresh, "/fresh")] {
            let answer = bench.answer(client)
            #expect(answer?.body == Array(path.utf8))
            #expect(answer?.value("connection") == "close")
            #expect(bench.run { client.isClosed && client.endedCleanly })
        }
    }

    @Test(arguments: Hops.encryptions) func `draining gives a connection that has not asked a last second`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let (late, silent, shaking) = (try bench.client(), try bench.client(), try bench.client())
        #expect(bench.run { late.isEstablished && silent.isEstablished && shaking.isEstablished })
        #expect(bench.run { bench.transport.serverConnections == 3 })
        let (handedOver, peer) = (bench.network.client(connectTo: bench.address), bench.address)
        guard case .accepted(let descriptor, _) = Sockets.acceptOne(bench.listener, calls: bench.calls) else {
            Issue.record("nobody waits for the listener")
            return
        }
        bench.transport.drain()
        _ = bench.loads.assign()
        bench.transport.adopt(AcceptedConnection(descriptor: descriptor, listener: 0, peer: peer))
        bench.pass(milliseconds: 900)
        #expect(bench.transport.serverConnections == 4)
        let answer = bench.ask(late, bench.get("/late"))
        #expect(answer?.status == 200)
        #expect(answer?.value("connection") == "close")
        bench.pass(milliseconds: 200)
        #expect(silent.isClosed && handedOver.isClosed && late.isClosed)
        // Who does not close in turn is waited for one second more.
        bench.pass(milliseconds: 1_100)
        #expect(bench.transport.serverConnections == 0)
    }

    @Test(arguments: Hops.encryptions)
    func `an announced close is told by the next answer, and by no other sign`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        bench.upstream.respond = { request, _ in request.target == "/slow" ? [] : [.ok("x")] }
        let (idle, busy) = (try bench.client(), try bench.client())
        #expect(bench.ask(idle, bench.get("/x"))?.value("connection") == nil)
        busy.send(bench.get("/slow"))
        #expect(bench.run { bench.upstream.requests.count == 2 })
        bench.transport.announceClose()
        for connection in bench.upstream.connections where connection.requests.last?.target == "/slow" {
            connection.perform([.ok("slow")])
        }
        #expect(bench.answer(busy)?.value("connection") == "close")
        #expect(bench.run { busy.isClosed && busy.endedCleanly })
        bench.pass(milliseconds: 20_000)
        #expect(!idle.isClosed)
        #expect(bench.ask(idle, bench.get("/x"))?.value("connection") == "close")
        #expect(bench.run { idle.isClosed && idle.endedCleanly })
        let late = try bench.client()
        #expect(bench.ask(late, bench.get("/x"))?.value("connection") == "close")
        #expect(bench.run { late.isClosed && !late.wasReset })
    }

    @Test(arguments: Hops.encryptions, [false, true])
    func `a connection is not closed behind an answer that did not say so`(_ hops: Hops, asks: Bool) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let half = Array("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf".utf8)
        bench.upstream.respond = { request, _ in request.target == "/slow" ? [.send(half)] : [.ok("x")] }
        let client = try bench.client()
        client.send(bench.get("/slow"))
        #expect(bench.run { client.text.hasSuffix("half") })
        bench.transport.drain()
        for connection in bench.upstream.connections { connection.perform([.send(Array("done".utf8))]) }
        let answer = bench.answer(client)
        #expect(answer?.body == Array("halfdone".utf8))
        #expect(answer?.value("connection") == nil)
        bench.pass(milliseconds: 900)
        #expect(!client.isClosed)
        if asks {
            #expect(bench.ask(client, bench.get("/x"))?.value("connection") == "close")
            #expect(bench.run { client.isClosed && client.endedCleanly })
        } else {
            bench.pass(milliseconds: 200)
            #expect(client.isClosed && client.endedCleanly)
        }
    }

    @Test(arguments: Hops.encryptions) func `a request that crosses the end of its connection meets no reset`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let (idle, silent) = (try bench.client(), try bench.client())
        #expect(bench.ask(idle, bench.get("/x"))?.status == 200)
        #expect(bench.run { silent.isEstablished && bench.transport.serverConnections == 2 })
        let asked = bench.upstream.requests.count
        bench.transport.drain()
        idle.send(bench.get("/crossing"))
        // The other has not asked for its last second either.
        bench.pass(milliseconds: 1_020)
        silent.send(bench.get("/crossing"))
        bench.pass(milliseconds: 500)
        for client in [idle, silent] {
            #expect(client.isClosed && client.endedCleanly && !client.wasReset)
            #expect(client.input.isEmpty)
        }
        #expect(bench.upstream.requests.count == asked)
        bench.pass(milliseconds: 2_000)
        #expect(bench.transport.serverConnections == 0)
    }
}
