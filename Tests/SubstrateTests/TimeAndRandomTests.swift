import Substrate
import Testing

@Suite struct TimeAndRandomTests {
    @Test func `numbers below a bound are below it and reach every value`() {
        var random = RandomSource(seed: 1)
        for bound in [1, 2, 3, 7, 64] as [UInt32] {
            var seen: Set<UInt32> = []
            for _ in 0..<2000 { seen.insert(random.next(below: bound)) }
            #expect(seen == Set(0..<bound))
        }
        #expect(random.next(below: 0) == 0)
        for _ in 0..<1000 { #expect(random.next(below: .max) < .max) }
    }

    @Test func `units lie in 0 up to 1`() {
        var random = RandomSource(seed: 2)
        let units = (0..<10_000).map { _ in random.nextUnit() }
        #expect(units.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(abs(units.reduce(0, +) / 10_000 - 0.5) < 0.02)
    }

    @Test func `a seed fixes the sequence, and two seeds differ`() {
        func sequence(_ seed: UInt64) -> [UInt64] {
            var random = RandomSource(seed: seed)
            return (0..<8).map { _ in random.next() }
        }
        #expect(sequence(0) == sequence(0))
        #expect(sequence(0) != sequence(1))
        #expect(Set(sequence(0)).count == 8)
    }

    @Test func `deadlines saturate instead of wrapping`() {
        let now = MonotonicTime(nanoseconds: 1_000)
        #expect(now.adding(nanoseconds: 5).nanoseconds == 1_005)
        #expect(now.adding(nanoseconds: .max) == .never)
        #expect(now.adding(milliseconds: 2).nanoseconds == 2_001_000)
        #expect(now.adding(milliseconds: .max) == .never)
        #expect(MonotonicTime.zero.adding(milliseconds: 18_446_744_073_709) < .never)
        #expect(MonotonicTime.zero.adding(milliseconds: 18_446_744_073_710) == .never)
        #expect(MonotonicTime.never.adding(nanoseconds: 1) == .never)
        #expect(MonotonicTime.zero < now && now < .never)
        #expect(now.nanoseconds(since: .zero) == 1_000)
        #expect(MonotonicTime.zero.nanoseconds(since: now) == 0)
    }

    @Test func `wall times convert and saturate`() {
        #expect(WallTime(seconds: 3).nanoseconds == 3_000_000_000)
        #expect(WallTime(nanoseconds: 3_999_999_999).seconds == 3)
        #expect(WallTime(nanoseconds: 3_999_999_999).milliseconds == 3_999)
        #expect(WallTime(seconds: 18_446_744_073).seconds == 18_446_744_073)
        #expect(WallTime(seconds: 18_446_744_074).nanoseconds == .max)
        #expect(WallTime(seconds: .max).nanoseconds == .max)
        #expect(WallTime(seconds: 1) < WallTime(seconds: 2))
    }
}
