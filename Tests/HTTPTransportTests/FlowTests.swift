import HTTPTransport
import MeshTestKit
import Testing

/// Backpressure: what is not taken at one end is not read at the other.
@Suite struct FlowTests {
    @Test(arguments: Hops.simulated) func `an answer waits for its reader and memory stays bounded`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops, bufferBytes: 32 * 1024)
        defer { bench.end() }
        let body = [UInt8](repeating: 0x61, count: 4_000_000)
        bench.upstream.respond = { _, _ in
            [.text("HTTP/1.1 200 OK\r\ncontent-length: \(body.count)\r\n\r\n"), .send(body)]
        }
        let client = try bench.client()
        client.send(bench.get("/large"))
        #expect(bench.run { client.input.count > 100_000 })
        client.reads = false
        bench.pass(milliseconds: 2_000)
        let unsent = bench.upstream.unsentBytes
        #expect(unsent > 3_000_000)
        bench.pass(milliseconds: 2_000)
        #expect(bench.upstream.unsentBytes == unsent)
        client.reads = true
        #expect(bench.answer(client, seconds: 5)?.body.count == body.count)
        bench.upstream.respond = { _, _ in [.ok("next")] }
        #expect(bench.ask(client, bench.get("/next"))?.body == Array("next".utf8))
    }

    @Test(arguments: Hops.simulated) func `a request body waits for an upstream that does not read`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops, bufferBytes: 32 * 1024)
        defer { bench.end() }
        bench.upstream.reads = false
        let body = [UInt8](repeating: 0x62, count: 4_000_000)
        let client = try bench.client()
        client.send("POST /large HTTP/1.1\r\nhost: a\r\ncontent-length: \(body.count)\r\n\r\n")
        client.send(body)
        bench.pass(milliseconds: 1_000)
        let unsent = client.wire.unsentBytes
        #expect(unsent > 3_000_000)
        bench.pass(milliseconds: 1_000)
        #expect(client.wire.unsentBytes == unsent)
        for connection in bench.upstream.connections { connection.peer.reads = true }
        bench.upstream.reads = true
        #expect(bench.answer(client, method: "POST", seconds: 5)?.status == 200)
        #expect(bench.upstream.requests.first?.body.count == body.count)
        #expect(bench.ask(client, bench.get("/next"))?.status == 200)
    }

    @Test(arguments: [60_000, 70_000, 100_000, 130_000, 200_000])
    func `a connection whose answer ended while its reader was slow is read again`(_ length: Int) throws {
        let bench = try TransportBench(bufferBytes: 256 * 1024)
        defer { bench.end() }
        let body = [UInt8](repeating: 0x61, count: length)
        bench.upstream.respond = { _, _ in
            [.text("HTTP/1.1 200 OK\r\ncontent-length: \(body.count)\r\n\r\n"), .send(body)]
        }
        bench.network.bufferBytes = 16 * 1024
        let slow = try bench.client()
        bench.network.bufferBytes = 256 * 1024
        slow.reads = false
        slow.send(bench.get("/large"))
        bench.pass(milliseconds: 10)
        slow.reads = true
        #expect(bench.answer(slow)?.body.count == length)
        bench.upstream.respond = { _, _ in [.ok("next")] }
        for _ in 0..<3 {
            #expect(bench.ask(slow, bench.get("/next"))?.body == Array("next".utf8))
        }
    }

    @Test func `a client that pipelines and never reads is not read either`() throws {
        for path in ["/answer", "/forwarded"] {
            let bench = try TransportBench(bufferBytes: 16 * 1024)
            bench.handler.answerBytes = 1_000
            let body = String(repeating: "y", count: 1_000)
            bench.upstream.respond = { _, _ in [.ok(body)] }
            let client = try bench.client()
            client.reads = false
            let count = 4_000
            client.send(String(repeating: bench.get(path), count: count))
            bench.pass(milliseconds: 1_000)
            #expect(bench.handler.ended.count < 400, "answers wait in the memory of the process")
            client.reads = true
            let before = bench.handler.ended.count
            bench.run(seconds: 10) { bench.handler.ended.count == count }
            #expect(bench.handler.ended.count == count, "\(path), after \(before)")
            bench.end()
        }
    }

    @Test func `one connection gets its share of a turn, and then the others theirs`() throws {
        var limits = TransportLimits()
        limits.receiveBytes = 1_000
        let bench = try TransportBench(limits: limits)
        defer { bench.end() }
        let greedy = try bench.client()
        let other = try bench.client()
        #expect(bench.ask(greedy, bench.get("/answer"))?.status == 200)
        #expect(bench.ask(other, bench.get("/answer"))?.status == 200)
        greedy.send(bench.post("/collect", String(repeating: "x", count: 10_000)))
        other.send(bench.get("/answer"))
        let before = bench.transport.counters.bytesReceived
        bench.turn()
        // Once when it became readable, and once from the ready list.
        let asked = UInt64(bench.get("/answer").utf8.count)
        #expect(bench.transport.counters.bytesReceived - before == 2_000 + asked)
        #expect(bench.answer(other)?.status == 200)
        #expect(bench.answer(greedy, method: "POST")?.status == 200)
    }

    @Test func `a slow reader is not idle`() throws {
        let bench = try TransportBench(bufferBytes: 16 * 1024)
        defer { bench.end() }
        bench.handler.idleTimeout = 1_000_000_000
        let body = [UInt8](repeating: 0x61, count: 400_000)
        bench.upstream.respond = { _, _ in
            [.text("HTTP/1.1 200 OK\r\ncontent-length: \(body.count)\r\n\r\n"), .send(body)]
        }
        let client = try bench.client()
        client.send(bench.get("/large"))
        client.reads = false
        var received = 0
        for _ in 0..<500 where received < body.count && !client.isClosed {
            bench.pass(milliseconds: 200)
            received += client.wire.receive(atMost: 2_000).count
        }
        #expect(received >= body.count)
    }

    @Test func `an answer that waits for its reader outlives the idle time of its connection`() throws {
        let bench = try TransportBench(idleTimeout: 1_000_000_000, bufferBytes: 16 * 1024)
        defer { bench.end() }
        let body = [UInt8](repeating: 0x61, count: 60_000)
        bench.upstream.respond = { _, _ in
            [.text("HTTP/1.1 200 OK\r\ncontent-length: \(body.count)\r\n\r\n"), .send(body)]
        }
        let client = try bench.client()
        client.send(bench.get("/large"))
        client.reads = false
        bench.pass(milliseconds: 2_000)
        client.reads = true
        #expect(bench.answer(client)?.body.count == body.count)
    }

    @Test func `a closing connection is given time while its reader makes progress`() throws {
        let bench = try TransportBench(bufferBytes: 16 * 1024)
        defer { bench.end() }
        let body = [UInt8](repeating: 0x61, count: 70_000)
        bench.upstream.respond = { _, _ in
            [.text("HTTP/1.1 200 OK\r\ncontent-length: \(body.count)\r\n\r\n"), .send(body)]
        }
        let client = try bench.client()
        client.send("GET /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        client.reads = false
        var received = 0
        for _ in 0..<60 where !client.isClosed {
            bench.pass(milliseconds: 1_000)
            received += client.wire.receive(atMost: 4_000).count
        }
        #expect(received > body.count)
    }

    @Test func `an upstream that sends informational answers without end is not read without end`() throws {
        let bench = try TransportBench(bufferBytes: 16 * 1024)
        defer { bench.end() }
        let flood = String(repeating: "HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n", count: 40_000)
        bench.upstream.respond = { _, _ in [.text(flood), .ok("end")] }
        let client = try bench.client()
        client.reads = false
        client.send(bench.get("/x"))
        bench.pass(milliseconds: 1_000)
        #expect(bench.upstream.unsentBytes > flood.utf8.count / 2)
        client.reads = true
        #expect(bench.answer(client, seconds: 10)?.body == Array("end".utf8))
    }
}
