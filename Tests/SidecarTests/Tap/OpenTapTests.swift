import HTTPTransport
import MeshTestKit
import Reactor
import Substrate
import Telemetry
import Testing

@testable import Sidecar

@Suite("a tap")
struct OpenTapTests {
    private let network = SimulatedNetwork()
    private let start = MonotonicTime(nanoseconds: 5_000_000_000)

    private func inbox() throws -> Inbox<TapEvent> { Inbox(loop: try EventLoop(calls: network.calls)) }

    private func order(_ query: String) throws -> TapOrder {
        let order = Array(query.utf8).withBytes { try? TapOrder(query: $0) }
        return try #require(order)
    }

    private func tap(_ query: String, _ inbox: Inbox<TapEvent>) throws -> OpenTap {
        OpenTap(exchange: .none, session: TapSession(try order(query), inbox: inbox), now: start)
    }

    private func write(_ tap: inout OpenTap, room: Int = 65_536, ending: Bool = false) -> (String, StreamStep)
    {
        var step = StreamStep.idle
        let text = written { step = tap.write(room: room, ending: ending, into: &$0) }
        return (text, step)
    }

    @Test func `says what it is, what comes, and why it is over`() throws {
        let inbox = try inbox()
        var tap = try tap("for=2s&max=5&rate=7", inbox)
        #expect(
            write(&tap) == ("{\"tap\":\"open\",\"milliseconds\":2000,\"max\":5,\"rate\":7}\n", .idle))
        #expect(tap.session.post(Array("one\n".utf8)))
        inbox.drain { tap.add($0.line) }
        tap.look(at: start)
        #expect(tap.hasNews)
        #expect(write(&tap) == ("one\n", .idle))
        tap.look(at: start.adding(milliseconds: 1_999))
        #expect(!tap.hasNews)
        tap.look(at: start.adding(milliseconds: 2_000))
        #expect(
            write(&tap) == ("{\"tap\":\"end\",\"because\":\"time\",\"events\":1,\"dropped\":0}\n", .end))
    }

    @Test func `takes so many in a second, and tells how many came on top`() throws {
        let inbox = try inbox()
        var tap = try tap("rate=3", inbox)
        _ = write(&tap)
        #expect((0..<10).count { _ in tap.session.admits(now: start) } == 3)
        #expect(tap.session.admits(now: start.adding(milliseconds: 1_000)))
        #expect(write(&tap).0 == "{\"tap\":\"dropped\",\"events\":7,\"because\":\"rate\"}\n")
        #expect(write(&tap).0 == "")
    }

    @Test func `is over when it has all that it may have, and not before these are there`() throws {
        let inbox = try inbox()
        var tap = try tap("max=2", inbox)
        _ = write(&tap)
        #expect((0..<5).count { _ in tap.session.admits(now: start) } == 2)
        #expect(tap.session.post(Array("one\n".utf8)))
        inbox.drain { tap.add($0.line) }
        tap.look(at: start)
        #expect(write(&tap) == ("one\n", .idle))
        #expect(tap.session.post(Array("two\n".utf8)))
        inbox.drain { tap.add($0.line) }
        tap.look(at: start)
        #expect(
            write(&tap)
                == ("two\n{\"tap\":\"end\",\"because\":\"max\",\"events\":2,\"dropped\":0}\n", .end))
    }

    @Test func `holds a megabyte for a slow reader, and tells what came on top`() throws {
        let inbox = try inbox()
        var tap = try tap("max=100000&rate=1000", inbox)
        _ = write(&tap)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 18)
        #expect((0..<6).count { _ in tap.session.post(line) } == 4)
        inbox.drain { tap.add($0.line) }
        let (text, step) = write(&tap, room: 1)
        #expect(text.utf8.count >= 1 << 18 && step == .more)
        #expect(text.hasSuffix("{\"tap\":\"dropped\",\"events\":2,\"because\":\"reader\"}\n"))
        #expect(tap.session.post(line), "what is written makes room")
        #expect(!tap.session.post(line))
    }

    @Test func `ends at once when it must, and counts what nobody reads`() throws {
        let inbox = try inbox()
        var tap = try tap("", inbox)
        _ = write(&tap)
        for line in ["one\n", "two\n"] { #expect(tap.session.post(Array(line.utf8))) }
        inbox.drain { tap.add($0.line) }
        tap.finish(.drain)
        let (text, step) = write(&tap, room: 1, ending: true)
        #expect(step == .end)
        #expect(text == "one\n{\"tap\":\"end\",\"because\":\"drain\",\"events\":1,\"dropped\":1}\n")
        tap.close()
        let line = [UInt8](repeating: 0, count: TapSession.maxWaitingBytes)
        #expect(tap.session.post(line), "nothing waits any more")
    }

    @Test func `wants what its every filter wants`() throws {
        var record = AccessLogRecord()
        record.route = OpenLabel("r")
        record.tenant = OpenLabel("acme")
        record.service = OpenLabel("s")
        record.listener = OpenLabel("front")
        record.status = 404
        record.reason = .routeNotFound
        record.totalNanoseconds = 5_000_000
        for query in [
            "", "route=r", "tenant=acme", "service=s", "listener=front", "status=404", "status=4xx",
            "reason=route.not_found", "minDuration=5ms", "route=r&tenant=acme&status=4xx",
        ] { #expect(try order(query).filter.matches(record), "\(query)") }
        for query in [
            "route=rr", "tenant=acm", "service=x", "listener=back", "status=400", "status=5xx",
            "reason=upstream.timeout", "minDuration=6ms", "route=r&tenant=other", "status=none",
        ] { #expect(try !order(query).filter.matches(record), "\(query)") }
    }
}
