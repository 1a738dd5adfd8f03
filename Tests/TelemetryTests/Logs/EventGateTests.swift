import Substrate
import Testing

@testable import Telemetry

@Suite struct EventGateTests {
    private let start = MonotonicTime(nanoseconds: 5_000_000_000)
    private let failed = EventKey("tls.handshake_failed")

    private func at(_ milliseconds: UInt64) -> MonotonicTime { start.adding(milliseconds: milliseconds) }

    @Test func `writes 5 equal events of a window, and tells of the others with the next window's first`() {
        var gate = EventGate()
        for _ in 0..<5 { #expect(gate.admit(failed, now: start) == .write(suppressed: 0)) }
        for _ in 0..<3 { #expect(gate.admit(failed, now: at(9_999)) == .suppress) }
        #expect(gate.admit(failed, now: at(10_000)) == .write(suppressed: 3))
        #expect(gate.admit(failed, now: at(10_001)) == .write(suppressed: 0))
    }

    @Test func `tells apart events and subjects`() {
        var gate = EventGate()
        for _ in 0..<6 { _ = gate.admit(failed, now: start) }
        #expect(gate.admit(EventKey("tls.handshake_failed", subject: 1), now: start) == .write(suppressed: 0))
        #expect(gate.admit(EventKey("tls.closed"), now: start) == .write(suppressed: 0))
        #expect(gate.admit(failed, now: start) == .suppress)
    }

    @Test func `summarises a window that nothing follows, once`() {
        var gate = EventGate()
        for _ in 0..<7 { _ = gate.admit(failed, now: start) }
        #expect(gate.summary(now: at(9_999)) == nil)
        #expect(gate.summary(now: at(10_000)) == EventGate.Summary(key: failed, suppressed: 2))
        #expect(gate.summary(now: at(10_000)) == nil)
    }

    @Test func `writes 100 lines in a second and not 101`() {
        var gate = EventGate()
        // 20 subjects, 5 lines each.
        for line in 0..<100 as Range<UInt64> {
            #expect(gate.admit(EventKey("a", subject: line / 5), now: start) == .write(suppressed: 0))
        }
        #expect(gate.admit(EventKey("a", subject: 20), now: at(999)) == .suppress)
        #expect(gate.admit(EventKey("a", subject: 20), now: at(1_000)) == .write(suppressed: 1))
    }

    @Test func `writes 50 lines below warning in a second, and warnings behind them`() {
        var gate = EventGate()
        for line in 0..<50 as Range<UInt64> {
            #expect(
                gate.admit(EventKey("a", subject: line / 5), level: .info, now: start)
                    == .write(suppressed: 0))
        }
        #expect(gate.admit(EventKey("a", subject: 10), level: .debug, now: start) == .suppress)
        #expect(gate.admit(EventKey("a", subject: 11), level: .warning, now: start) == .write(suppressed: 0))
        #expect(
            gate.admit(EventKey("a", subject: 10), level: .debug, now: at(1_000)) == .write(suppressed: 1))
    }

    @Test func `watches 64 keys, and the 65th replaces the oldest`() {
        var gate = EventGate()
        for _ in 0..<6 { _ = gate.admit(EventKey("a", subject: 0), now: start) }
        for subject in 1..<64 as Range<UInt64> {
            _ = gate.admit(EventKey("a", subject: subject), now: at(subject))
        }
        #expect(gate.forgotten == 0)
        #expect(gate.admit(EventKey("a", subject: 64), now: at(2_000)) == .write(suppressed: 0))
        #expect(gate.forgotten == 1)
        #expect(gate.admit(EventKey("a", subject: 0), now: at(2_000)) == .write(suppressed: 0))
        #expect(gate.takeForgotten() == 1)
        #expect(gate.takeForgotten() == 0)
    }
}
