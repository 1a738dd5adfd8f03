import MeshModel
import Substrate
import Testing

@testable import Sidecar

@Suite("the way out of a process")
struct DrainTests {
    private final class Asked {
        private var drain: Drain

        init(_ drain: Drain) { self.drain = drain }

        func next(at now: MonotonicTime, seeing sight: Drain.Sight) -> Drain.Action? {
            drain.next(at: now, seeing: sight)
        }
    }

    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)
    private static let busy = Drain.Sight(
        workersHaveLeft: false, listenersAreClosed: false, hasConnections: true)

    private func at(_ milliseconds: UInt64) -> MonotonicTime { Self.start.adding(milliseconds: milliseconds) }

    @Test func `nothing happens before the bound, whatever is seen`() {
        let drain = Asked(Drain(at: Self.start, period: .seconds(5)))
        let empty = Drain.Sight(workersHaveLeft: true, listenersAreClosed: true, hasConnections: false)
        #expect(drain.next(at: Self.start, seeing: empty) == nil)
        #expect(drain.next(at: at(4_999), seeing: empty) == nil)
        #expect(drain.next(at: at(5_000), seeing: Self.busy) == .leave)
        #expect(drain.next(at: at(5_000), seeing: Self.busy) == nil)
    }

    @Test func `listeners close behind the last accept, and the process ends behind the last connection`() {
        let drain = Asked(Drain(at: Self.start, period: .seconds(0)))
        var sight = Self.busy
        #expect(drain.next(at: Self.start, seeing: sight) == .leave)
        sight.hasConnections = false
        #expect(drain.next(at: at(1), seeing: sight) == nil)
        sight.workersHaveLeft = true
        #expect(drain.next(at: at(2), seeing: sight) == .closeListeners)
        // Somebody may still wait in a backlog.
        #expect(drain.next(at: at(3), seeing: sight) == nil)
        sight.listenersAreClosed = true
        sight.hasConnections = true
        #expect(drain.next(at: at(4), seeing: sight) == nil)
        sight.hasConnections = false
        #expect(drain.next(at: at(5), seeing: sight) == .end)
        #expect(drain.next(at: at(6), seeing: sight) == nil)
    }

    @Test func `the grace ends it whatever is under way`() {
        for answers in [0, 1, 2] {
            let drain = Asked(Drain(at: Self.start, period: .milliseconds(100)))
            if answers > 0 { #expect(drain.next(at: at(100), seeing: Self.busy) == .leave) }
            var sight = Self.busy
            sight.workersHaveLeft = answers > 1
            if answers > 1 { #expect(drain.next(at: at(101), seeing: sight) == .closeListeners) }
            if answers > 0 { #expect(drain.next(at: at(5_099), seeing: sight) == nil) }
            #expect(drain.next(at: at(5_100), seeing: sight) == .end)
            #expect(drain.next(at: at(9_000), seeing: sight) == nil)
        }
    }

    @Test func `a period is cut to the longest there is`() {
        #expect(
            Drain(at: Self.start, period: Drain.maxPeriod).bound
                == Drain(at: Self.start, period: .seconds(1_000_000)).bound)
    }

    @Test func `an operator is told what is left`() {
        var drain = Drain(at: Self.start, period: .seconds(5))
        #expect(
            drain.reading(at: at(1_000))
                == DrainReading(acceptsForNanoseconds: 4_000_000_000, endsWithinNanoseconds: 9_000_000_000))
        #expect(
            drain.reading(at: at(60_000)) == DrainReading(acceptsForNanoseconds: 0, endsWithinNanoseconds: 0))
        #expect(drain.nanosecondsToNextLook(at: at(1_000), interval: 50) == 4_000_000_000)
        #expect(drain.nanosecondsToNextLook(at: at(6_000), interval: 50) == 1)
        _ = drain.next(at: at(6_000), seeing: Self.busy)
        #expect(drain.nanosecondsToNextLook(at: at(6_000), interval: 50) == 50)
    }
}
