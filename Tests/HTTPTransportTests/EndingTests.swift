import Cryptography
import HTTPTransport
import HTTPWire
import MeshTestKit
import Reactor
import Substrate
import Testing

/// How connections and exchanges end, on either side.
@Suite struct EndingTests {
    // MARK: Clients

    @Test(arguments: Hops.all) func `a client that shut its side gets its answer`(_ hops: Hops) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        let client = try bench.client()
        client.send(bench.get("/one") + bench.get("/two"))
        if hops.tlsDownstream { #expect(bench.run { client.isEstablished }) }
        client.closeWrite()
        var answers: [WireMessage] = []
        bench.run {
            answers = bench.answers(client, to: ["GET", "GET"])
            return client.isClosed
        }
        #expect(answers.map { String(decoding: $0.body, as: UTF8.self) } == ["/one", "/two"])
        #expect(client.isClosed && client.endedCleanly)
    }

    @Test func `a TLS client that has said it is done need not end its connection first`() throws {
        let bench = try TransportBench(Hops(tlsDownstream: true))
        defer { bench.end() }
        let other = try bench.client()
        #expect(bench.run { other.isEstablished })
        other.holdsOutput = true
        other.send(bench.get("/x"))
        other.sendEnd()
        let held = other.takeHeld()
        other.holdsOutput = false
        other.wire.send(held)
        #expect(bench.run(seconds: 5) { other.isClosed })
        #expect(bench.answers(other, to: ["GET"]).count == 1)
        #expect(other.endedCleanly)
    }

    @Test(arguments: Hops.all) func `a client that vanishes cancels its attempt`(_ hops: Hops) throws {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        bench.upstream.respond = { _, _ in [] }
        let client = try bench.client()
        client.send(bench.get("/x"))
        #expect(bench.run { bench.upstream.requests.count == 1 })
        client.reset()
        #expect(bench.run { bench.upstream.connections.allSatisfy(\.isOver) })
        #expect(bench.handler.ended.first?.reason == .clientClosed)
        #expect(bench.handler.finished == [.cancelled])
        #expect(bench.transport.clientConnections == 0)
    }

    @Test func `half a request and the end of the connection is no request`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        client.send("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc")
        #expect(bench.run { !bench.upstream.connections.isEmpty })
        client.closeWrite()
        #expect(bench.run { client.isClosed })
        #expect(client.input.isEmpty)
        #expect(bench.handler.ended.first?.reason == .clientClosed)
        #expect(bench.upstream.requests.isEmpty)
    }

    @Test(arguments: Hops.all) func `an answer before the request's end closes the connection behind it`(
        _ hops: Hops
    ) throws {
        var limits = TransportLimits()
        limits.lingerTimeout = 1_000_000_000
        let bench = try TransportBench(hops, limits: limits)
        defer { bench.end() }
        bench.upstream.respondToHead = { _, _ in [.ok("early")] }
        bench.upstream.respond = { _, _ in [] }
        let client = try bench.client()
        client.send("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 2000000\r\n\r\n")
        client.send([UInt8](repeating: 1, count: 1_000_000))
        let answer = try #require(bench.answer(client, method: "POST"))
        #expect(answer.body == Array("early".utf8))
        #expect(answer.value("connection") == "close")
        client.send([UInt8](repeating: 1, count: 1_000_000))
        #expect(bench.run { client.wire.unsentBytes == 0 && (client.isClosed || !hops.isReal) })
        #expect(bench.run(seconds: 10) { bench.transport.serverConnections == 0 })
        #expect(!client.wasReset)
        #expect(bench.run { bench.upstream.connections.allSatisfy(\.isOver) })
        let other = try bench.client()
        bench.upstream.respondToHead = { _, _ in [] }
        bench.upstream.respond = { _, _ in [.ok("second")] }
        #expect(bench.ask(other, bench.get("/y"))?.body == Array("second".utf8))
    }

    @Test(arguments: Hops.all) func `a refused upload of ten megabytes reads its refusal`(_ hops: Hops) throws
    {
        let bench = try TransportBench(hops)
        defer { bench.end() }
        bench.handler.maxBodyBytes = 1_000
        let client = try bench.client()
        client.send("POST /collect HTTP/1.1\r\nhost: a\r\ncontent-length: 10000000\r\n\r\n")
        client.send([UInt8](repeating: 1, count: 10_000_000))
        let answer = try #require(bench.answer(client, method: "POST", seconds: 5))
        #expect(answer.status == 413)
        #expect(bench.run(seconds: 10) { client.isClosed })
        #expect(!client.wasReset)
    }

    @Test func `lingering lasts its time and no longer`() throws {
        var limits = TransportLimits()
        limits.lingerTimeout = 2_000_000_000
        let bench = try TransportBench(limits: limits)
        defer { bench.end() }
        bench.handler.maxBodyBytes = 1_000
        let client = try bench.client()
        client.send("POST /collect HTTP/1.1\r\nhost: a\r\ncontent-length: 10000000\r\n\r\n")
        #expect(bench.answer(client, method: "POST")?.status == 413)
        let began = bench.network.now
        while bench.transport.serverConnections > 0 {
            client.send("more")
            bench.pass(milliseconds: 100)
        }
        let milliseconds = bench.network.now.nanoseconds(since: began) / 1_000_000
        #expect(milliseconds >= 1_900 && milliseconds <= 2_600, "\(milliseconds) ms")
    }

    @Test(arguments: Hops.simulated) func `a request behind the last one does not cost its answer`(
        _ hops: Hops
    ) throws {
        // The client's bytes that nobody reads must not turn the close into a reset.
        let bench = try TransportBench(hops)
        defer { bench.end() }
        bench.upstream.respond = { _, _ in [] }
        let client = try bench.client()
        client.send("GET /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        #expect(bench.run { bench.upstream.requests.count == 1 })
        client.send(bench.get("/unwanted"))
        bench.settle()
        bench.upstream.connections.first?.perform([.ok("last")])
        #expect(bench.answer(client)?.body == Array("last".utf8))
        #expect(bench.run { client.isClosed })
        #expect(!client.wasReset)
        #expect(bench.handler.arrived == 1)
    }

    // MARK: What is not HTTP

    @Test func `bytes that are no request are refused and the connection closes`() throws {
        for text in [
            "GARBAGE\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
            "GET /x HTTP/1.1\r\nhost: a\r\ncontent-length: z\r\n\r\n",
        ] {
            let bench = try TransportBench()
            let client = try bench.client()
            #expect(bench.ask(client, bench.get("/first"))?.status == 200)
            let answer = bench.ask(client, text)
            #expect(answer?.status == 400)
            #expect(answer?.value("connection") == "close")
            #expect(bench.run { client.isClosed })
            #expect(bench.handler.refusals.count == 1)
            bench.end()
        }
    }

    @Test func `a broken body ends its exchange`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        let answer = bench.ask(
            client, "POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcXX",
            method: "POST")
        #expect(answer?.status == 400)
        #expect(bench.run { client.isClosed })
        #expect(bench.handler.ended.first?.reason == .framingAmbiguous)
        #expect(bench.run { bench.upstream.connections.allSatisfy(\.isOver) })
    }

    @Test func `a TLS listener drops a client that speaks plaintext`() throws {
        let bench = try TransportBench(Hops(tlsDownstream: true))
        defer { bench.end() }
        let wire = bench.network.client(connectTo: bench.address)
        wire.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(bench.run { wire.isClosed })
        #expect(bench.transport.counters.handshakeFailures == 1)
    }

    // MARK: Upstreams

    @Test func `bytes behind an answer keep its connection out of the pool`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.upstream.respond = { _, _ in
            [.ok("one"), .text("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")]
        }
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/1"))?.body == Array("one".utf8))
        bench.upstream.respond = { _, _ in [.ok("two")] }
        #expect(bench.ask(client, bench.get("/2"))?.body == Array("two".utf8))
        #expect(bench.upstream.connections.count == 2)
    }

    @Test func `a connection that could not send its whole request is not used again`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let body = String(repeating: "x", count: 400_000)
        bench.upstream.respondToHead = { request, _ in request.target == "/half" ? [.ok(body)] : [] }
        let client = try bench.client()
        client.reads = false
        client.send("POST /half HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\nhalf")
        #expect(bench.run { bench.upstream.unsentBytes > 0 })
        bench.settle()
        // The client's side is full, so that the next send is the request's: the rest of its answer is still to be read.
        bench.network.failNext(.send, with: .brokenPipe)
        client.send("rest")
        bench.settle()
        client.reads = true
        #expect(bench.answer(client, method: "POST")?.body == Array(body.utf8))
        bench.settle()
        #expect(bench.transport.clientConnections == 0)
        // The endpoint would take its first bytes for the rest of the other's body.
        let next = try bench.client()
        #expect(bench.ask(next, bench.get("/next"))?.body == Array("/next".utf8))
        #expect(bench.upstream.requests.map(\.target) == ["/next"])
        #expect(bench.upstream.connections.count == 2)
    }

    @Test func `bytes behind an answer that fills the receive buffer are nobody's answer`() throws {
        let bench = try TransportBench(bufferBytes: 512 * 1024)
        defer { bench.end() }
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 65494\r\n\r\n"
        let body = [UInt8](repeating: 0x61, count: 65_536 - head.utf8.count)
        #expect(body.count == 65_494)
        bench.upstream.respond = { _, connection in
            connection.peer.send(
                Array(head.utf8) + body + Array("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil".utf8))
            return []
        }
        let client = try bench.client()
        // Its whole second request waits already: it is sent the moment that the first answer is whole.
        client.send(bench.get("/1") + bench.get("/2"))
        let other = try bench.client()
        bench.run { bench.upstream.requests.count == 1 }
        bench.upstream.respond = { _, _ in [.ok("good")] }
        other.send(bench.get("/3"))
        #expect(bench.answer(client)?.body.count == 65_494)
        #expect(bench.answer(client)?.body == Array("good".utf8))
        #expect(bench.answer(other)?.body == Array("good".utf8))
    }

    @Test func `an answer to nobody closes its connection`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/1"))?.status == 200)
        bench.upstream.connections.first?.perform([.ok("evil")])
        bench.settle()
        #expect(bench.transport.clientConnections == 0)
        #expect(bench.ask(client, bench.get("/2"))?.body == Array("/2".utf8))
    }

    @Test(arguments: ["close", "reset"]) func `a dead pooled connection costs an idempotent request nothing`(
        _ way: String
    ) throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let client = try bench.client()
        for method in ["GET", "POST"] {
            bench.upstream.respond = { request, _ in [.ok(request.target)] }
            #expect(bench.ask(client, bench.get("/warm"))?.status == 200)
            // Dies on the next request, before any byte of an answer; the one behind it is fine.
            var hasDied = false
            bench.upstream.respond = { request, _ in
                if hasDied { return [.ok("again")] }
                hasDied = true
                return [way == "close" ? .close : .reset]
            }
            let request = "\(method) /x HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n"
            let answer = try #require(bench.ask(client, request, method: method))
            #expect(answer.status == (method == "GET" ? 200 : 502))
            #expect(bench.handler.failures == (method == "GET" ? [.reusedConnectionClosed] : [.reset]))
            bench.handler.failures = []
        }
    }

    @Test func `a fresh connection that dies is not tried again`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.upstream.respond = { _, _ in [.close] }
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/x"))?.status == 502)
        #expect(bench.handler.failures == [.reset])
        #expect(!client.isClosed)
    }

    @Test(arguments: Hops.simulated) func `an answer that breaks off breaks its connection off`(_ hops: Hops)
        throws
    {
        for text in [
            "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalfXX",
        ] {
            let bench = try TransportBench(hops)
            bench.upstream.respond = { _, _ in [.text(text), .close] }
            let client = try bench.client()
            client.send(bench.get("/x"))
            #expect(bench.run { client.isClosed })
            #expect(!client.text.hasSuffix("0\r\n\r\n"))
            #expect(!client.endedCleanly || client.wasReset)
            #expect(bench.handler.finished.count == 1 && bench.handler.finished.first != .some(nil))
            bench.end()
        }
    }

    @Test func `malformed answers and unasked upgrades are failures`() throws {
        for text in [
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
            "nonsense\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        ] {
            let bench = try TransportBench()
            bench.upstream.respond = { _, _ in [.text(text)] }
            let client = try bench.client()
            #expect(bench.ask(client, bench.get("/x"))?.status == 502)
            #expect(bench.handler.failures == [.malformedResponse])
            #expect(bench.run { bench.upstream.connections.allSatisfy(\.isOver) })
            bench.end()
        }
    }

    @Test(arguments: [false, true]) func `a refused connect is a failure that may be tried again`(
        _ isReal: Bool
    ) throws {
        let bench = try TransportBench(Hops(isReal: isReal))
        defer { bench.end() }
        bench.upstream.close()
        bench.handler.retried = [.connectRefused, .noConnection]
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/x"))?.status == 503)
        #expect(bench.handler.failures.count == 2)
        #expect(bench.handler.failures.first == .connectRefused)
    }

    @Test func `a chunked body that was empty is sent whole with the next attempt`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let spare = TestUpstream(bench.network)
        bench.upstream.close()
        bench.handler.retried = [.connectRefused]
        bench.handler.onFailure = {
            var target = bench.target
            target.address = spare.address
            bench.transport.setPool(0, to: target)
        }
        let client = try bench.client()
        client.send("POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")
        var answer: WireMessage?
        bench.run {
            spare.pump()
            if case .message(let found, _) = WireMessage.read(client.input, answering: "POST") {
                answer = found
            }
            return answer != nil
        }
        #expect(answer?.status == 200)
        #expect(spare.requests.count == 1)
        client.close()
        bench.transport.retirePool(0)
    }

    @Test func `a wrong peer and a plaintext peer fail the handshake`() throws {
        for suspicious in [false, true] {
            let bench = try TransportBench(Hops(tlsUpstream: true))
            if suspicious {
                bench.target.tls = TestCredentials.contexts.suspicious
                bench.transport.setPool(0, to: bench.target)
            } else {
                bench.upstream.tls = nil
                bench.upstream.greeting = "HTTP/1.1 400 Bad Request\r\n\r\n"
            }
            let client = try bench.client()
            #expect(bench.ask(client, bench.get("/x"))?.status == Int(ReasonCode.upstreamTLSFailed.status))
            #expect(bench.handler.failures == [.tlsFailed])
            #expect(bench.transport.clientConnections == 0)
            bench.end()
        }
    }

    @Test(arguments: [false, true]) func `an upstream that refuses our certificate fails the handshake`(
        _ isReal: Bool
    ) throws {
        // With TLS 1.3 our side is done before the server has looked at it.
        let bench = try TransportBench(Hops(isReal: isReal, tlsUpstream: true))
        defer { bench.end() }
        bench.target.tls = TestCredentials.contexts.anonymous
        bench.transport.setPool(0, to: bench.target)
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/x"))?.status == Int(ReasonCode.upstreamTLSFailed.status))
        #expect(bench.handler.failures == [.tlsFailed])
    }

    @Test(arguments: [false, true]) func `an upstream that is connected at once is used and pooled`(
        _ tls: Bool
    ) throws {
        let bench = try TransportBench(Hops(tlsUpstream: tls))
        defer { bench.end() }
        let place = try #require(SocketAddress(unixPath: "/run/upstream.sock"))
        let local = TestUpstream(bench.network, at: place)
        local.tls = bench.upstream.tls
        bench.target.address = place
        bench.transport.setPool(0, to: bench.target)
        let client = try bench.client()
        for number in 0..<3 {
            client.send(bench.post("/\(number)", "body"))
            var answer: WireMessage?
            bench.run {
                local.pump()
                if case .message(let found, let consumed) = WireMessage.read(client.input, answering: "POST")
                {
                    answer = found
                    client.input.removeFirst(consumed)
                }
                return answer != nil
            }
            #expect(answer?.body == Array("/\(number)".utf8))
        }
        #expect(local.connections.count == 1)
        #expect(bench.transport.poolStatus.first?.idle == 1)
    }

    @Test func `a client that expects 100 waits for the upstream's where the body is streamed`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.upstream.respondToHead = { _, _ in [.text("HTTP/1.1 100 Continue\r\n\r\n")] }
        let client = try bench.client()
        client.send("POST /x HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n")
        #expect(bench.run { client.text == "HTTP/1.1 100 Continue\r\n\r\n" })
        client.send("body")
        #expect(bench.answer(client, method: "POST")?.status == 200)
        #expect(bench.upstream.requests.first?.body == Array("body".utf8))
        #expect(!client.isClosed)
    }

    @Test func `what is still sent of an answer that breaks off is counted`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        bench.upstream.respond = { _, _ in
            [.text("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"), .close]
        }
        let client = try bench.client()
        client.send(bench.get("/x"))
        #expect(bench.run { client.isClosed })
        #expect(client.wasReset)
        #expect(!client.input.isEmpty)
        #expect(bench.transport.counters.bytesSent == UInt64(client.input.count))
    }
}
