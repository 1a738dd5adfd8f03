import HTTPWire
import Substrate
import Testing

@testable import HTTPTransport

/// Clients that do something, but next to nothing.
@Suite struct ProgressTests {
    private static let long = 400_000

    private func bench(rule: ProgressRule = ProgressRule(), idleTimeout: UInt64 = 600_000_000_000) throws
        -> TransportBench
    {
        let bench = try TransportBench(bufferBytes: 16 * 1024)
        bench.handler.idleTimeout = idleTimeout
        bench.handler.requestTimeout = 600_000_000_000
        bench.transport.replaceOptions(
            of: 0,
            with: ListenerOptions(
                tls: nil, limits: HTTP1Limits(), headTimeoutNanoseconds: 10_000_000_000,
                idleTimeoutNanoseconds: 60_000_000_000, progress: rule))
        let body = [UInt8](repeating: 0x61, count: Self.long)
        bench.upstream.respond = { _, _ in
            [.text("HTTP/1.1 200 OK\r\ncontent-length: \(body.count)\r\n\r\n"), .send(body)]
        }
        return bench
    }

    /// Reads so many bytes a second for so long. Returns the seconds after which the connection was over.
    private func read(_ bench: TransportBench, _ client: TestPeer, bytes: Int, seconds: Int) -> Int {
        for second in 0..<seconds {
            bench.pass(milliseconds: 1_000)
            if bench.transport.serverConnections == 0 { return second }
            _ = client.wire.receive(atMost: bytes)
        }
        return seconds
    }

    @Test(arguments: ["GET /large", "GET /answer"])
    func `a reader of a byte a second is cut off after a window`(_ request: String) throws {
        let bench = try bench()
        defer { bench.end() }
        bench.handler.answerBytes = Self.long
        let client = try bench.client()
        client.reads = false
        client.send("\(request) HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        let seconds = read(bench, client, bytes: 1, seconds: 60)
        #expect((9...12).contains(seconds), "\(seconds) s")
        #expect(bench.transport.counters.slowReaders == 1)
        if request == "GET /large" {
            #expect(bench.handler.ended.first?.reason == .clientTooSlow)
            #expect(bench.handler.finished == [.cancelled])
        }
        client.reads = true
        bench.settle()
        #expect(client.wasReset)
    }

    @Test(arguments: [(150, false), (260, true)])
    func `a reader keeps its connection by two kilobytes in ten seconds`(_ rate: Int, _ stays: Bool) throws {
        let bench = try bench(idleTimeout: 5_000_000_000)
        defer { bench.end() }
        let client = try bench.client()
        client.reads = false
        client.send(bench.get("/large"))
        bench.pass(milliseconds: 10)
        let seconds = read(bench, client, bytes: rate, seconds: 80)
        #expect((seconds == 80) == stays, "\(seconds) s")
    }

    @Test(arguments: ["/x", "/collect", "/wait"])
    func `a body of a byte a second is a 408 after a window`(_ path: String) throws {
        let bench = try bench()
        defer { bench.end() }
        let client = try bench.client()
        client.send("POST \(path) HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n")
        var seconds = 0
        while client.input.isEmpty, seconds < 60 {
            bench.pass(milliseconds: 1_000)
            client.send("a")
            seconds += 1
        }
        #expect((9...12).contains(seconds), "\(seconds) s")
        #expect(bench.answer(client, method: "POST")?.status == 408)
        #expect(bench.handler.ended.first?.reason == .requestTimeout)
        #expect(bench.transport.counters.slowSenders == 1)
        // It is received, though the client still sends.
        client.send("a")
        #expect(bench.run(seconds: 10) { client.isClosed })
        #expect(!client.wasReset)
    }

    @Test(arguments: [ProgressRule(), .off]) func `a body of enough bytes a second goes through`(
        _ rule: ProgressRule
    ) throws {
        let bench = try bench(rule: rule)
        defer { bench.end() }
        bench.upstream.respond = { _, _ in [.ok("done")] }
        let client = try bench.client()
        let count = rule == .off ? 1 : 260
        client.send("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: \(count * 30)\r\n\r\n")
        for _ in 0..<30 {
            bench.pass(milliseconds: 1_000)
            client.send(String(repeating: "a", count: count))
        }
        #expect(bench.answer(client, method: "POST")?.status == 200)
    }

    @Test func `a client that may not send yet is not slow`() throws {
        let bench = try bench()
        defer { bench.end() }
        bench.upstream.respondToHead = { _, _ in [] }
        let client = try bench.client()
        client.send("POST /x HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n")
        bench.pass(milliseconds: 30_000)
        #expect(client.input.isEmpty)
        for connection in bench.upstream.connections {
            connection.perform([.text("HTTP/1.1 100 Continue\r\n\r\n")])
        }
        bench.upstream.respond = { _, _ in [.ok("done")] }
        client.send("body")
        #expect(bench.answer(client, method: "POST")?.status == 200)
    }

    @Test func `a client is not slow while the upstream does not read`() throws {
        let bench = try bench()
        defer { bench.end() }
        bench.upstream.reads = false
        bench.upstream.respond = { _, _ in [.ok("done")] }
        let client = try bench.client()
        let body = [UInt8](repeating: 0x62, count: 1_000_000)
        client.send("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: \(body.count)\r\n\r\n")
        client.send(body)
        bench.pass(milliseconds: 40_000)
        #expect(client.input.isEmpty)
        for connection in bench.upstream.connections { connection.peer.reads = true }
        #expect(bench.answer(client, method: "POST", seconds: 5)?.status == 200)
    }

    @Test func `exactly the bytes of the rule are enough, one less is not`() {
        let rule = ProgressRule(bytes: 100, windowNanoseconds: 1_000)
        var watch = ProgressWatch()
        let start = MonotonicTime(nanoseconds: 5_000)
        watch.begin(.answer, request: 1, count: 7, rule: rule, now: start)
        let (within, over) = (start.adding(nanoseconds: 999), start.adding(nanoseconds: 1_000))
        #expect(watch.judge(count: 106, rule: rule, now: within) == .early)
        #expect(watch.judge(count: 106, rule: rule, now: over) == .tooSlow)
        #expect(watch.judge(count: 107, rule: rule, now: over) == .enough)
        #expect(watch.judge(count: 107, rule: rule, now: within) == .enough)
        watch.stop()
        #expect(watch.end == .never)
    }
}
