import HTTPTransport
import MeshTestKit
import Substrate
import Testing

/// Answers of our own that begin before anybody knows how they end.
@Suite struct StreamTests {
    private func text(_ answer: WireMessage?) -> String? {
        answer.map { String(decoding: $0.body, as: UTF8.self) }
    }

    private func received(_ client: TestPeer) -> String { String(decoding: client.input, as: UTF8.self) }

    @Test(arguments: Hops.all) func `pieces come as they are told of, and another request behind them`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        bench.handler.streamPieces = ["one,"]
        let client = try bench.client()
        client.send(bench.get("/stream"))
        #expect(bench.run { received(client).contains("4\r\none,\r\n") })
        #expect(received(client).contains("transfer-encoding: chunked\r\n\r\n"))
        bench.handler.streamPieces = ["two,"]
        #expect(bench.transport.continueStream(bench.handler.streaming[0]))
        #expect(bench.run { received(client).contains("two,") })
        bench.handler.streamPieces = ["three"]
        bench.handler.streamEnds = true
        #expect(!bench.transport.continueStream(bench.handler.streaming[0]))
        #expect(text(bench.answer(client)) == "one,two,three")
        #expect(bench.handler.ended.last?.reason == ReasonCode.none)
        #expect(bench.handler.responseBodyBytes == 13)
        #expect(text(bench.ask(client, bench.get("/answer"))) == "local /answer")
    }

    @Test func `an answer that is there already needs no telling`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.handler.streamPieces = ["all"]
        bench.handler.streamEnds = true
        let client = try bench.client()
        #expect(text(bench.ask(client, bench.get("/stream"))) == "all")
        bench.handler.streamPieces = ["all"]
        #expect(text(bench.ask(client, bench.post("/stream", "a body"))) == "all")
    }

    @Test func `a client of HTTP 1_0 gets it until the connection ends`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.handler.streamPieces = ["old"]
        let client = try bench.client()
        client.send("GET /stream HTTP/1.0\r\nhost: a\r\nconnection: keep-alive\r\n\r\n")
        #expect(bench.run { received(client).hasSuffix("old") })
        #expect(!received(client).contains("chunked"))
        bench.handler.streamEnds = true
        bench.transport.continueStream(bench.handler.streaming[0])
        #expect(bench.run { client.isClosed })
        #expect(received(client).hasSuffix("connection: close\r\n\r\nold"))
    }

    @Test func `HEAD gets the head alone`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.handler.streamPieces = ["never"]
        let client = try bench.client()
        #expect(
            bench.ask(client, "HEAD /stream HTTP/1.1\r\nhost: a\r\n\r\n", method: "HEAD")?.status == 200)
        #expect(bench.handler.streamAsked.isEmpty)
        #expect(bench.ask(client, bench.get("/answer"))?.status == 200)
    }

    @Test func `a request that is sent behind one waits for its end`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.handler.streamPieces = ["first"]
        let client = try bench.client()
        client.send(bench.get("/stream") + bench.get("/answer"))
        #expect(bench.run { received(client).contains("first") })
        bench.settle()
        #expect(bench.handler.arrived == 1)
        bench.handler.streamEnds = true
        bench.transport.continueStream(bench.handler.streaming[0])
        #expect(text(bench.answer(client)) == "first")
        #expect(text(bench.answer(client)) == "local /answer")
    }

    @Test(arguments: Hops.encryptions) func `a slow reader is not written for beyond the watermark`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops, bufferBytes: 8 * 1024)
        defer { bench.end() }
        let piece = String(repeating: "x", count: 10_000)
        bench.handler.streamPieces = Array(repeating: piece, count: 200)
        bench.handler.streamEnds = true
        let client = try bench.client()
        if hops.tlsDownstream { #expect(bench.run { client.isEstablished }) }
        client.reads = false
        client.send(bench.get("/stream"))
        #expect(bench.run { !bench.handler.streaming.isEmpty })
        for _ in 0..<50 {
            bench.transport.continueStream(bench.handler.streaming[0])
            bench.settle(turns: 3)
        }
        // High watermark, one piece over it, and what lies in the sockets.
        #expect(bench.handler.streamPieces.count > 185)
        client.reads = true
        #expect(text(bench.answer(client, seconds: 20))?.utf8.count == 2_000_000)
    }

    @Test func `a reader that stops has 30 seconds, and one that reads a little has them again`() throws {
        var limits = TransportLimits()
        #expect(limits.streamStallTimeout == 30_000_000_000)
        limits.streamStallTimeout = 4_000_000_000
        let bench = try TransportBench(limits: limits, bufferBytes: 4 * 1024)
        defer { bench.end() }
        bench.handler.streamPieces = [String(repeating: "x", count: 60_000)]
        let client = try bench.client()
        client.reads = false
        client.send(bench.get("/stream"))
        #expect(bench.run { !bench.handler.streaming.isEmpty })
        bench.pass(milliseconds: 3_000)
        #expect(bench.handler.ended.isEmpty)
        client.reads = true
        client.pump()
        bench.settle(turns: 8)
        client.reads = false
        #expect(client.input.count > 4_096 && client.input.count < 60_000)
        bench.pass(milliseconds: 3_000)
        #expect(bench.handler.ended.isEmpty)
        bench.pass(milliseconds: 2_000)
        #expect(bench.handler.ended.first?.reason == .clientClosed)
    }

    @Test func `a quiet answer lasts, and its reader may be slow to ask`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        client.send(bench.get("/stream"))
        #expect(bench.run { !bench.handler.streaming.isEmpty })
        bench.pass(milliseconds: 200_000)
        bench.handler.streamPieces = ["late"]
        bench.handler.streamEnds = true
        bench.transport.continueStream(bench.handler.streaming[0])
        #expect(text(bench.answer(client)) == "late")
    }

    @Test(arguments: Hops.all) func `a client that vanishes is noticed without anything to send`(_ hops: Hops)
        throws
    {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let client = try bench.client()
        client.send(bench.get("/stream"))
        #expect(bench.run { !bench.handler.streaming.isEmpty })
        client.reset()
        #expect(bench.run { !bench.handler.ended.isEmpty })
        #expect(bench.handler.ended.first?.reason == .clientClosed)
        #expect(!bench.transport.continueStream(bench.handler.streaming[0]))
    }

    @Test func `a client that shuts its side gets a proper end`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.handler.streamPieces = ["so far,"]
        let client = try bench.client()
        client.send(bench.get("/stream"))
        #expect(bench.run { received(client).contains("so far,") })
        client.closeWrite()
        #expect(bench.run { client.isClosed })
        #expect(received(client).hasSuffix("3\r\nbye\r\n0\r\n\r\n"))
        #expect(bench.handler.ended.first?.reason == .clientClosed)
    }

    @Test(arguments: Hops.encryptions) func `a drain ends it, and lets it say goodbye`(_ hops: Hops) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let client = try bench.client()
        client.send(bench.get("/stream"))
        #expect(bench.run { !bench.handler.streaming.isEmpty })
        bench.transport.drain()
        #expect(bench.run { client.isClosed })
        #expect(received(client).hasSuffix("3\r\nbye\r\n0\r\n\r\n"))
        #expect(bench.handler.streamAsked.last?.ending == true)
    }

    @Test func `a request that has not ended does not keep it from ending`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        client.send("POST /stream HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc")
        #expect(bench.run { !bench.handler.streaming.isEmpty })
        bench.handler.streamPieces = ["early"]
        bench.handler.streamEnds = true
        bench.transport.continueStream(bench.handler.streaming[0])
        #expect(text(bench.answer(client)) == "early")
        client.closeWrite()
        #expect(bench.run { client.isClosed })
    }
}
