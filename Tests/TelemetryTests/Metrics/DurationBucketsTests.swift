import Testing

@testable import Telemetry

@Suite struct DurationBucketsTests {
    private static let bounds: [UInt64] = [
        250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 5_000_000_000, 30_000_000_000,
    ]

    @Test func `puts a duration at a bound below it and one past it above`() {
        for (bucket, bound) in Self.bounds.enumerated() {
            #expect(DurationBuckets.cell(nanoseconds: bound - 1) == bucket)
            #expect(DurationBuckets.cell(nanoseconds: bound) == bucket)
            #expect(DurationBuckets.cell(nanoseconds: bound + 1) == bucket + 1)
        }
        #expect(DurationBuckets.cell(nanoseconds: 0) == 0)
        #expect(DurationBuckets.cell(nanoseconds: .max) == DurationBuckets.overflowCell)
    }

    @Test func `names each bucket by its bound in seconds`() throws {
        for (bucket, bound) in Self.bounds.enumerated() {
            let seconds = try #require(Double("\(DurationBuckets.bound(bucket).text)"))
            #expect(UInt64((seconds * 1e9).rounded()) == bound)
        }
        #expect("\(DurationBuckets.bound(14).text)" == "+Inf")
        #expect(Self.bounds.count == DurationBuckets.count)
    }
}
