import Substrate
import Telemetry
import Testing

@testable import Sidecar

@Suite("open spans of a request")
struct SpanProgressTests {
    private func span(_ number: Int) -> SpanRecord {
        var span = SpanRecord()
        span.span = UInt64(number)
        return span
    }

    @Test func `as many tries are held as the limit says, and further ones counted`() {
        var open = SpanProgress()
        for number in 1...SpanProgress.maxHeldTries { open.hold(span(number)) }
        #expect(Int(open.heldCount) == SpanProgress.maxHeldTries)
        #expect(open.lost == 0)
        open.hold(span(99))
        #expect(Int(open.heldCount) == SpanProgress.maxHeldTries)
        #expect(open.lost == 1)
        #expect((0..<SpanProgress.maxHeldTries).map { open.held[$0].span } == [1, 2, 3, 4])
        for _ in 0..<1_000 { open.hold(span(99)) }
        #expect(open.lost == .max)
    }

    @Test func `a new request in the same slot begins with nothing`() {
        var open = SpanProgress()
        for number in 0..<9 { open.hold(span(number)) }
        open.tries = 9
        open.latest = WallTime(seconds: 900)
        open.begin(span: 7, parent: 0, start: WallTime(seconds: 5))
        #expect(open.heldCount == 0)
        #expect(open.lost == 0)
        #expect(open.tries == 0)
        #expect(open.latest == WallTime(seconds: 5))
        #expect(open.span == 7)
    }
}
