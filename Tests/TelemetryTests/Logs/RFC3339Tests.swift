import Substrate
import Testing

@testable import Telemetry

@Suite struct RFC3339Tests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_735_689_599_000, "2024-12-31T23:59:59.000Z"), (1_735_689_600_000, "2025-01-01T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (4_107_456_000_000, "2100-02-28T00:00:00.000Z"),
            (18_446_744_073_709, "2554-07-21T23:34:33.709Z"),
        ] as [(UInt64, String)])
    func `writes the date`(milliseconds: UInt64, text: String) {
        #expect(
            written { RFC3339.append(WallTime(nanoseconds: milliseconds * 1_000_000), into: &$0) } == text)
    }

    @Test func `goes from day to day through 584 years`() {
        var previous = ""
        for day in 0..<213_503 as Range<UInt64> {
            let text = written { RFC3339.append(WallTime(seconds: day * 86_400), into: &$0) }
            #expect(text > previous && text.utf8.count == RFC3339.encodedCount)
            previous = text
        }
    }
}
