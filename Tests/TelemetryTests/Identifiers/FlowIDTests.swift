import Substrate
import Telemetry
import Testing

@Suite struct FlowIDTests {
    private func parse(_ text: String) -> FlowID? { Array(text.utf8).withBytes { FlowID.parse($0) } }

    private func mint(_ milliseconds: UInt64, seed: UInt64 = 1) -> FlowID {
        var random = RandomSource(seed: seed)
        return FlowID.mint(now: WallTime(nanoseconds: milliseconds * 1_000_000), random: &random)
    }

    @Test func `orders as text by time`() {
        let times: [UInt64] = [
            0, 1, 2, 31, 32, 1_023, 1_024, 1_700_000_000_000, 1_700_000_000_001, 18_446_744_073_709,
        ]
        var last = ""
        for (seed, time) in times.enumerated() {
            let text = written { mint(time, seed: UInt64(seed)).append(into: &$0) }
            #expect(text.count == 26)
            #expect(text > last)
            last = text
        }
    }

    @Test func `reads back what it wrote`() throws {
        for seed in 0..<1_000 as Range<UInt64> {
            let flow = mint(1_700_000_000_000 + seed, seed: seed)
            let read = try #require(parse(written { flow.append(into: &$0) }))
            #expect(read == flow)
            #expect(read.milliseconds == 1_700_000_000_000 + seed)
        }
    }

    @Test func `knows the specification's example`() throws {
        // github.com/ulid/spec: 01ARYZ6S41 is 1469918176385 ms.
        #expect(try #require(parse("01ARYZ6S41TSV4RRFFQ69G5FAV")).milliseconds == 1_469_918_176_385)
    }

    @Test func `reads the largest and not one past it`() throws {
        let largest = try #require(parse("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"))
        #expect(largest.high == .max && largest.low == .max)
        #expect(parse("80000000000000000000000000") == nil)
    }

    @Test func `refuses every prefix and a longer text`() {
        let text = "01ARYZ6S41TSV4RRFFQ69G5FAV"
        for count in 0..<26 { #expect(parse(String(text.prefix(count))) == nil) }
        #expect(parse(text + "0") == nil)
    }

    @Test func `refuses every byte that is no upper-case digit in every place`() {
        let digits = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        let valid = Array("01ARYZ6S41TSV4RRFFQ69G5FAV".utf8)
        for index in 1..<26 {
            for byte in UInt8.min...UInt8.max {
                var text = valid
                text[index] = byte
                let isRead = text.withBytes { FlowID.parse($0) } != nil
                #expect(isRead == digits.contains(byte))
            }
        }
    }
}
