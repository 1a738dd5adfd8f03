import HTTPTransport
import MeshTestKit
import Testing

/// Requests and answers through the transport, whole and as they should be.
@Suite struct RelayTests {
    @Test(arguments: Hops.all) func `a request without a body is answered and both connections are kept`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let client = try bench.client()
        for number in 0..<3 {
            let answer = try #require(bench.ask(client, bench.get("/n\(number)")))
            #expect(answer.status == 200)
            #expect(String(decoding: answer.body, as: UTF8.self) == "/n\(number)")
        }
        #expect(bench.upstream.connections.count == 1)
        #expect(bench.transport.counters.upstreamReused == 2)
    }

    static let chunkedRequest =
        "POST /chunks HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
        + "5\r\nhello\r\n1;a=b\r\n \r\n6\r\nworld!\r\n0\r\nx-sum: 7\r\n\r\n"
    static let chunkedAnswer =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nx-end: 1\r\n\r\n"

    @Test(arguments: Hops.all) func `bodies and trailers pass both ways`(_ hops: Hops) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        bench.upstream.respond = { request, _ in
            request.isChunked ? [.text(Self.chunkedAnswer)] : [.ok("got \(request.body.count)")]
        }
        let client = try bench.client()
        let fixed = try #require(bench.ask(client, bench.post("/fixed", "0123456789"), method: "POST"))
        #expect(fixed.body == Array("got 10".utf8))
        let chunked = try #require(bench.ask(client, Self.chunkedRequest, method: "POST"))
        #expect(chunked.body == Array("abcde".utf8))
        #expect(chunked.trailers == "x-end: 1")
        let received = bench.upstream.requests
        #expect(received.map(\.body) == [Array("0123456789".utf8), Array("hello world!".utf8)])
        #expect(received.last?.trailers == "x-sum: 7")
    }

    @Test(arguments: Hops.all) func `large bodies pass both ways unchanged`(_ hops: Hops) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let up = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let down = (0..<900_000).map { UInt8(truncatingIfNeeded: $0 &* 17 >> 2) }
        bench.upstream.respond = { _, _ in
            [.text("HTTP/1.1 200 OK\r\ncontent-length: \(down.count)\r\n\r\n"), .send(down)]
        }
        let client = try bench.client()
        for _ in 0..<2 {
            client.send("POST /large HTTP/1.1\r\nhost: a\r\ncontent-length: \(up.count)\r\n\r\n")
            client.send(up)
            let answer = try #require(bench.answer(client, method: "POST", seconds: 5))
            #expect(answer.body == down)
        }
        #expect(bench.upstream.requests.allSatisfy { $0.body == up })
        #expect(bench.upstream.connections.count <= 2)
    }

    @Test(arguments: Hops.simulated) func `reads and writes of every size tell the same story`(_ hops: Hops)
        throws
    {
        // Every size up to the largest piece that anybody sees: a flight of a handshake, a request, an answer.
        let largest = try tellStory(hops, read: nil, write: nil).map(\.count).max() ?? 0
        for size in 1...largest {
            try tellStory(hops, read: size, write: size)
            if size <= 256 {
                try tellStory(hops, read: size, write: nil)
                try tellStory(hops, read: nil, write: size)
            }
        }
        #expect(largest > (hops.tlsDownstream || hops.tlsUpstream ? 1_000 : 100))
    }

    /// Three requests over one connection, in pieces of so many bytes at most. Returns what both peers saw on their wires.
    @discardableResult
    private func tellStory(_ hops: Hops, read: Int?, write: Int?) throws -> [[UInt8]] {
        let bench = try TransportBench(hops, seed: UInt64((read ?? 0) + (write ?? 0)))
        bench.network.maxBytesPerRead = read
        bench.network.maxBytesPerWrite = write
        bench.upstream.respond = { request, _ in
            request.isChunked ? [.text(Self.chunkedAnswer)] : [.ok("got \(request.body.count)")]
        }
        let client = try bench.client()
        client.send(bench.post("/fixed", "0123456789") + Self.chunkedRequest + bench.get("/end"))
        var answers: [WireMessage] = []
        let isDone = bench.run(seconds: 3) {
            answers = bench.answers(client, to: ["POST", "POST", "GET"])
            return answers.count == 3
        }
        let pieces = "pieces of \(read ?? 0) bytes read, \(write ?? 0) written"
        #expect(isDone, "\(pieces)")
        let bodies = answers.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies == ["got 10", "abcde", "got 0"], "\(pieces)")
        #expect(bench.upstream.requests.map(\.body.count) == [10, 12, 0], "\(pieces)")
        bench.end()
        return client.flights + bench.upstream.connections.flatMap(\.peer.flights)
    }

    @Test(arguments: Hops.encryptions) func `a request cut in two at every byte is one request`(_ hops: Hops)
        throws
    {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let request = Array(Self.chunkedRequest.utf8)
        let client = try bench.client()
        for cut in 1..<request.count {
            client.send(Array(request[..<cut]))
            bench.settle(turns: 2)
            client.send(Array(request[cut...]))
            let answer = bench.answer(client, method: "POST")
            #expect(answer?.status == 200, "cut at \(cut)")
        }
        #expect(bench.upstream.requests.allSatisfy { $0.body == Array("hello world!".utf8) })
    }

    @Test(arguments: [false, true]) func `an answer cut in two at every byte is one answer`(_ tls: Bool)
        throws
    {
        let bench = try TransportBench(Hops(tlsUpstream: tls))
        defer { bench.end() }
        let text = Array(Self.chunkedAnswer.utf8)
        let client = try bench.client()
        bench.upstream.respond = { _, _ in [] }
        for cut in 1..<text.count {
            client.send(bench.get("/cut"))
            let before = bench.upstream.requests.count
            #expect(bench.run { bench.upstream.requests.count > before })
            let connection = try #require(bench.upstream.connections.last)
            connection.peer.send(Array(text[..<cut]))
            bench.settle(turns: 2)
            connection.peer.send(Array(text[cut...]))
            let answer = bench.answer(client)
            #expect(answer?.body == Array("abcde".utf8), "cut at \(cut)")
            #expect(answer?.trailers == "x-end: 1")
        }
        #expect(bench.upstream.connections.count == 1)
    }

    // MARK: Pipelining

    @Test(arguments: Hops.all) func `pipelined requests in one segment are answered in their order`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let client = try bench.client()
        let paths = (0..<20).map { "/p\($0)" }
        client.send(paths.map(bench.get).joined())
        var answers: [WireMessage] = []
        bench.run {
            answers = bench.answers(client, to: paths.map { _ in "GET" })
            return answers.count == paths.count
        }
        #expect(answers.map { String(decoding: $0.body, as: UTF8.self) } == paths)
    }

    @Test(arguments: Hops.all) func `a request that comes while an answer is in flight is answered behind it`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        bench.upstream.respond = { _, _ in [] }
        let client = try bench.client()
        client.send(bench.get("/one"))
        #expect(bench.run { bench.upstream.requests.count == 1 })
        client.send(bench.get("/two"))
        bench.settle()
        #expect(bench.upstream.requests.count == 1)
        bench.upstream.respond = { _, _ in [.ok("two")] }
        bench.upstream.connections.first?.perform([.ok("one")])
        #expect(bench.answer(client)?.body == Array("one".utf8))
        #expect(bench.answer(client)?.body == Array("two".utf8))
    }

    @Test(arguments: ["/answer", "/refuse"])
    func `answers of our own between forwarded ones leave nobody waiting`(
        _ own: String
    ) throws {
        for pattern in 0..<32 {
            let bench = try TransportBench()
            let client = try bench.client()
            let paths = (0..<5).map { pattern >> $0 & 1 == 1 ? "\(own)\($0)" : "/f\($0)" }
            client.send(paths.map(bench.get).joined())
            var count = 0
            bench.run {
                count = bench.answers(client, to: paths.map { _ in "GET" }).count
                return count == 5
            }
            #expect(count == 5, "\(paths)")
            bench.end()
        }
    }

    // MARK: TLS

    @Test(arguments: [false, true]) func `a handshake's last flight may share its segment with a request`(
        _ together: Bool
    ) throws {
        let bench = try TransportBench(Hops(tlsDownstream: true))
        defer { bench.end() }
        let client = try bench.client()
        client.holdsOutput = true
        #expect(bench.run { client.isEstablished })
        client.send(bench.get("/tls"))
        let held = client.takeHeld()
        client.holdsOutput = false
        if together {
            client.wire.send(held)
        } else {
            for byte in held {
                client.wire.send([byte])
                bench.settle(turns: 1)
            }
        }
        #expect(bench.answer(client)?.body == Array("/tls".utf8))
        #expect(bench.transport.counters.handshakes == 1)
    }

    // MARK: Framing

    @Test func `answers without a body have none`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        let cases: [(String, String, Int)] = [
            ("HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", 200),
            ("HEAD", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", 200),
            ("GET", "HTTP/1.1 204 No Content\r\n\r\n", 204),
            ("GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\netag: \"a\"\r\n\r\n", 304),
            ("GET", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200),
        ]
        for (method, text, status) in cases {
            bench.upstream.respond = { _, _ in [.text(text)] }
            let answer = bench.ask(client, "\(method) /x HTTP/1.1\r\nhost: a\r\n\r\n", method: method)
            #expect(answer?.status == status)
            #expect(client.input.isEmpty)
        }
        #expect(bench.upstream.connections.count == 1)
    }

    @Test(arguments: Hops.simulated) func `an answer that ends with its connection becomes chunked`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        bench.upstream.respond = { _, _ in [.text("HTTP/1.1 200 OK\r\n\r\nto the end"), .closeWrite] }
        let client = try bench.client()
        for _ in 0..<2 {
            let answer = try #require(bench.ask(client, bench.get("/x")))
            #expect(answer.isChunked)
            #expect(answer.body == Array("to the end".utf8))
        }
        #expect(bench.upstream.connections.count == 2)
    }

    @Test func `a TLS upstream that is cut off is not taken for one that is done`() throws {
        let bench = try TransportBench(Hops(tlsUpstream: true))
        defer { bench.end() }
        bench.upstream.respond = { _, connection in
            connection.peer.send("HTTP/1.1 200 OK\r\n\r\nto the")
            connection.peer.wire.closeWrite()
            return []
        }
        let client = try bench.client()
        client.send(bench.get("/x"))
        #expect(bench.run { client.isClosed })
        #expect(bench.answers(client, to: ["GET"]).allSatisfy { !$0.isChunked })
        #expect(!client.text.hasSuffix("0\r\n\r\n"))
        #expect(bench.handler.finished == [.reset])
    }

    @Test func `a client of HTTP 1 0 gets what it understands`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.upstream.respond = { _, _ in [.text(Self.chunkedAnswer)] }
        let plain = try bench.client()
        let answer = try #require(bench.ask(plain, "GET /x HTTP/1.0\r\n\r\n"))
        #expect(answer.isDelimitedByClose && answer.body == Array("abcde".utf8))
        #expect(answer.value("connection") == "close")

        bench.upstream.respond = { _, _ in [.ok("fixed")] }
        let kept = try bench.client()
        for _ in 0..<2 {
            let answer = try #require(bench.ask(kept, "GET /x HTTP/1.0\r\nconnection: keep-alive\r\n\r\n"))
            #expect(answer.body == Array("fixed".utf8))
            #expect(answer.value("connection") == "keep-alive")
        }
        #expect(!kept.isClosed)
        #expect(bench.ask(kept, "GET /x HTTP/1.0\r\n\r\n")?.value("connection") == "close")
        #expect(bench.run { kept.isClosed })
    }

    @Test(arguments: Hops.encryptions) func `an informational answer says nothing in the mesh's name`(
        _ hops: Hops
    ) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        bench.upstream.respond = { _, _ in
            [
                .text("HTTP/1.1 103 Early Hints\r\nX-Outrigger-Tenant: globex\r\nlink: </a>\r\n"),
                .text("x-outrigger-anything: x\r\n\r\n"), .ok("end"),
            ]
        }
        let client = try bench.client()
        client.send(bench.get("/x"))
        bench.run { bench.answers(client, to: ["GET"]).last?.status == 200 }
        let hint = try #require(bench.answers(client, to: ["GET"]).first)
        #expect(hint.status == 103)
        #expect(hint.value("link") == "</a>")
        #expect(hint.fields.map(\.name) == ["link"])
    }

    @Test func `informational answers are passed on, except to HTTP 1 0`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.upstream.respond = { _, _ in
            [
                .text("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
                .ok("end"),
            ]
        }
        let client = try bench.client()
        client.send(bench.get("/x"))
        bench.run { bench.answers(client, to: ["GET"]).last?.status == 200 }
        #expect(bench.answers(client, to: ["GET"]).map(\.status) == [100, 103, 200])
        let old = try bench.client()
        old.send("GET /x HTTP/1.0\r\n\r\n")
        bench.run { old.isClosed }
        #expect(bench.answers(old, to: ["GET"]).map(\.status) == [200])
    }

    @Test func `a client that expects 100 is told to go on where the body is collected`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        client.send("POST /collect HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n")
        #expect(bench.run { client.text == "HTTP/1.1 100 Continue\r\n\r\n" })
        client.input = []
        client.send("body")
        #expect(bench.answer(client, method: "POST")?.status == 200)
        #expect(bench.handler.collected == [Array("body".utf8)])
        #expect(bench.upstream.requests.first?.body == Array("body".utf8))
    }

    @Test func `a collected chunked body is forwarded with its length`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        let request = Self.chunkedRequest.replacing("/chunks", with: "/collect")
        #expect(bench.ask(client, request, method: "POST")?.status == 200)
        #expect(bench.upstream.requests.first?.value("content-length") == "12")
        #expect(bench.handler.pieces == Array("hello world!".utf8))
        let empty = "POST /collect HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
        #expect(bench.ask(client, empty, method: "POST")?.status == 200)
        #expect(bench.upstream.requests.last?.value("content-length") == "0")
        #expect(bench.ask(client, bench.post("/collect-refuse", "abc"), method: "POST")?.status == 401)
        #expect(!client.isClosed)
    }
}
