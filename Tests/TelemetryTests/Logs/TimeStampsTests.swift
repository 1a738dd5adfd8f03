import Substrate
import Testing

@testable import Telemetry

@Suite struct TimeStampsTests {
    @Test func `stamps agree with those made one by one, forwards and back`() {
        var stamps = TimeStamps()
        var random = RandomSource(seed: 3)
        var now: UInt64 = 1_709_210_096_000_000_000
        for _ in 0..<5_000 {
            now =
                random.next() & 1 == 0
                ? now &+ random.next() % 2_000_000_000 : now &- random.next() % 900_000_000
            let time = WallTime(nanoseconds: now)
            let cached = written { stamps.append(time, into: &$0) }
            #expect(cached == written { RFC3339.append(time, into: &$0) })
        }
    }

    @Test func `the first second of 1970 is one like any other`() {
        var stamps = TimeStamps()
        let text = written { stamps.append(WallTime(nanoseconds: 7_000_000), into: &$0) }
        #expect(text == "1970-01-01T00:00:00.007Z")
    }
}
