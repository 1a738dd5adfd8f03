import Substrate
import Testing

@testable import HTTPTransport

@Suite struct TrafficBoardTests {
    @Test func `what is counted is there to read without the loop turning`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let board = bench.transport.board
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/x"))?.status == 200)
        let traffic = board.listenerTraffic
        #expect(traffic.count == 1)
        #expect(traffic[0].opened == 1 && traffic[0].closed == 0)
        #expect(traffic[0].begun == 1 && traffic[0].ended == 1)
        #expect(traffic[0].received == bench.transport.traffic(ofListener: 0).received)
        #expect(traffic[0].received > 0 && traffic[0].sent > 0)
        #expect(board.upstream.opened == 1)
        #expect(board.upstream.sent > 0 && board.upstream.received > 0)
        #expect(board.pooledConnections == 1)
        #expect(board.counters.accepted == 1)
        #expect(board.counters.bytesReceived == bench.transport.counters.bytesReceived)
    }

    @Test func `pooled connections are counted out when they are used, closed and retired`() throws {
        let bench = try TransportBench()
        defer { bench.end() }
        let board = bench.transport.board
        let (first, second) = (try bench.client(), try bench.client())
        bench.upstream.respond = { request, _ in request.target == "/slow" ? [] : [.ok("x")] }
        #expect(bench.ask(first, bench.get("/x"))?.status == 200)
        #expect(board.pooledConnections == 1)
        second.send(bench.get("/slow"))
        #expect(bench.ask(first, bench.get("/x"))?.status == 200)
        #expect(board.pooledConnections == UInt64(bench.transport.idleUpstreamConnections))
        bench.transport.retirePool(0)
        #expect(board.pooledConnections == 0)
        #expect(board.upstream.closed == 1)
    }

    @Test func `the board outlives its transport`() throws {
        let bench = try TransportBench()
        let board = bench.transport.board
        let client = try bench.client()
        #expect(bench.ask(client, bench.get("/x"))?.status == 200)
        bench.end()
        #expect(board.listenerTraffic[0].opened == 1)
        #expect(board.counters.accepted == 1)
    }

    @Test func `counters add up without being named`() {
        var sum = TransportCounters()
        sum.accepted = 1
        sum.bytesSent = 7
        var more = TransportCounters()
        more.accepted = 2
        more.handshakes = 5
        more.bytesSent = .max
        sum.add(more)
        #expect(sum.accepted == 3 && sum.handshakes == 5 && sum.bytesSent == 6 && sum.closed == 0)
        let published = PublishedCounters()
        defer { published.deallocate() }
        published.publish(sum)
        #expect(
            published.value.accepted == 3 && published.value.handshakes == 5 && published.value.bytesSent == 6
        )
    }
}
