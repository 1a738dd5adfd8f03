import Reactor
import Substrate
import Testing

@Suite struct TimerWheelTests {
    private let start = MonotonicTime(nanoseconds: 123_456_789_012)

    private func milliseconds(_ span: UInt64) -> MonotonicTime { start.adding(milliseconds: span) }

    /// Everything that is due, in the order of firing.
    private func pop(_ wheel: inout TimerWheel, at now: MonotonicTime) -> [UInt64] {
        var fired: [UInt64] = []
        while let token = wheel.popExpired(now: now) { fired.append(token) }
        return fired
    }

    @Test func `fires no timer early and none more than a tick late`() {
        var wheel = TimerWheel(now: start)
        let deadline = milliseconds(1000)
        _ = wheel.schedule(at: deadline, token: 7)
        let before = MonotonicTime(nanoseconds: deadline.nanoseconds - 1)
        #expect(pop(&wheel, at: before) == [])
        let tickLater = deadline.adding(nanoseconds: TimerWheel.tickNanoseconds)
        #expect(pop(&wheel, at: tickLater) == [7])
        #expect(pop(&wheel, at: tickLater) == [])
    }

    @Test func `a deadline that has passed is due at once`() {
        var wheel = TimerWheel(now: start)
        _ = wheel.schedule(at: .zero, token: 1)
        let next = wheel.nextDeadline
        #expect(next == .zero)
        #expect(pop(&wheel, at: start) == [1])
    }

    @Test func `agrees with a sorted list over random operations`() {
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = RandomSource(seed: seed)
            var wheel = TimerWheel(now: start)
            var now = start
            var waiting: [UInt64: (id: TimerID, deadline: MonotonicTime)] = [:]
            var nextToken: UInt64 = 0
            // Spans from under a tick to months, so that every level is used.
            func span(_ random: inout RandomSource) -> UInt64 {
                random.next() >> UInt64(8 + random.next(below: 40))
            }
            for _ in 0..<3_000 {
                switch random.next(below: 8) {
                case 0...3:
                    let deadline = now.adding(nanoseconds: span(&random))
                    waiting[nextToken] = (wheel.schedule(at: deadline, token: nextToken), deadline)
                    nextToken += 1
                case 4:
                    if let chosen = waiting.keys.min() {
                        let wasWaiting = wheel.cancel(waiting[chosen]!.id)
                        #expect(wasWaiting)
                        waiting[chosen] = nil
                    }
                case 5:
                    if let chosen = waiting.keys.max() {
                        let deadline = now.adding(nanoseconds: span(&random))
                        let id = wheel.reschedule(waiting[chosen]!.id, at: deadline)
                        #expect(!id.isNone)
                        waiting[chosen] = (id, deadline)
                    }
                default:
                    if let next = wheel.nextDeadline, next > now, random.next(below: 3) == 0 {
                        let earliest = waiting.values.map(\.deadline).min()!
                        #expect(next <= earliest.adding(nanoseconds: TimerWheel.tickNanoseconds))
                        now = next
                    } else {
                        now = now.adding(nanoseconds: span(&random))
                    }
                    for token in pop(&wheel, at: now) {
                        let timer = waiting.removeValue(forKey: token)
                        #expect(timer != nil && timer!.deadline <= now, "early or twice, seed \(seed)")
                    }
                    let latest = MonotonicTime(
                        nanoseconds: now.nanoseconds - min(now.nanoseconds, TimerWheel.tickNanoseconds))
                    #expect(!waiting.values.contains { $0.deadline <= latest }, "late, seed \(seed)")
                }
                let count = wheel.count
                #expect(count == waiting.count)
            }
        }
    }

    @Test(arguments: [1, 12, 24 * 30, 24 * 365, 24 * 365 * 30] as [UInt64])
    func `keeps a deadline of many hours through every step towards it`(hours: UInt64) {
        var wheel = TimerWheel(now: start)
        let deadline = milliseconds(hours * 3_600_000)
        _ = wheel.schedule(at: deadline, token: 9)
        var steps = 0
        while let next = wheel.nextDeadline, next < deadline {
            #expect(pop(&wheel, at: next) == [])
            steps += 1
        }
        #expect(steps <= 16)
        #expect(pop(&wheel, at: deadline.adding(nanoseconds: TimerWheel.tickNanoseconds)) == [9])
    }

    @Test func `a deadline of never stays`() {
        var wheel = TimerWheel(now: start)
        let id = wheel.schedule(at: .never, token: 1)
        #expect(pop(&wheel, at: milliseconds(1 << 40)) == [])
        let isWaiting = wheel.isWaiting(id)
        #expect(isWaiting)
    }

    @Test func `stale names are harmless`() {
        var wheel = TimerWheel(now: start)
        let first = wheel.schedule(at: milliseconds(10), token: 1)
        #expect(pop(&wheel, at: milliseconds(20)) == [1])
        let second = wheel.schedule(at: milliseconds(40), token: 2)
        let cancelled = wheel.cancel(first)
        let moved = wheel.reschedule(first, at: milliseconds(1))
        let none = wheel.cancel(.none)
        #expect(!cancelled && moved.isNone && !none)
        let real = wheel.cancel(second)
        let again = wheel.cancel(second)
        #expect(real && !again)
        let next = wheel.nextDeadline
        #expect(next == nil)
    }

    @Test func `a timer moved later does not fire at its old deadline`() {
        var wheel = TimerWheel(now: start)
        let id = wheel.schedule(at: milliseconds(10), token: 1)
        let same = wheel.reschedule(id, at: milliseconds(500))
        #expect(same == id)
        #expect(pop(&wheel, at: milliseconds(400)) == [])
        #expect(pop(&wheel, at: milliseconds(510)) == [1])
    }

    @Test func `a timer that is due can still be cancelled`() {
        var wheel = TimerWheel(now: start)
        let first = wheel.schedule(at: milliseconds(10), token: 1)
        let second = wheel.schedule(at: milliseconds(10), token: 2)
        let fired = wheel.popExpired(now: milliseconds(20))
        let other = wheel.cancel(fired == 1 ? second : first)
        #expect(other)
        #expect(pop(&wheel, at: milliseconds(20)) == [])
    }

    @Test func `ten thousand timers leave nothing behind`() {
        var wheel = TimerWheel(now: start)
        for token in 0..<10_000 as Range<UInt64> {
            _ = wheel.schedule(at: milliseconds(token % 977), token: token)
        }
        #expect(Set(pop(&wheel, at: milliseconds(2_000))).count == 10_000)
        let count = wheel.count
        #expect(count == 0)
    }
}
