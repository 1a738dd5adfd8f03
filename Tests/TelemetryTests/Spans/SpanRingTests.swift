import Substrate
import Synchronization
import Telemetry
import Testing

@Suite struct SpanRingTests {
    private func span(_ number: UInt64) -> SpanRecord {
        var span = SpanRecord()
        span.span = number
        span.parent = ~number
        span.traceLow = number &* 3
        return span
    }

    @Test func `gives back in order what was left, at most as many as asked for`() {
        let ring = SpanRing()
        defer { ring.deallocate() }
        for number in 1...5 { #expect(ring.push(span(UInt64(number)))) }
        var batch: [SpanRecord] = []
        ring.take(2, into: &batch)
        #expect(batch.map(\.span) == [1, 2])
        #expect(ring.count == 3)
        ring.take(0, into: &batch)
        ring.take(-1, into: &batch)
        ring.take(100, into: &batch)
        #expect(batch.map(\.span) == [1, 2, 3, 4, 5])
        #expect(ring.count == 0)
    }

    @Test func `takes as many as it has places and refuses the next, again and again`() {
        let ring = SpanRing()
        defer { ring.deallocate() }
        for round in 0..<3 {
            for number in 0..<SpanRing.capacity { #expect(ring.push(span(UInt64(number)))) }
            #expect(!ring.push(span(0)))
            var batch: [SpanRecord] = []
            ring.take(1, into: &batch)
            #expect(ring.push(span(7)))
            #expect(!ring.push(span(8)))
            ring.take(.max, into: &batch)
            #expect(batch.count == SpanRing.capacity + 1, "round \(round)")
            #expect(batch.last?.span == 7)
        }
    }

    @Test func `loses, doubles and tears nothing between two threads`() {
        let ring = SpanRing()
        defer { ring.deallocate() }
        let total: UInt64 = 200_000
        let broken = Atomic<Int>(0)
        let seen = Atomic<UInt64>(0)
        runOnThreads([
            { @Sendable in
                var next: UInt64 = 0
                while next < total { if ring.push(span(next)) { next += 1 } }
            },
            { @Sendable in
                var expected: UInt64 = 0
                var batch: [SpanRecord] = []
                while expected < total {
                    batch.removeAll(keepingCapacity: true)
                    ring.take(512, into: &batch)
                    for record in batch {
                        let isWhole =
                            record.span == expected && record.parent == ~expected
                            && record.traceLow == expected &* 3
                        if !isWhole { broken.wrappingAdd(1, ordering: .relaxed) }
                        expected += 1
                    }
                }
                seen.store(expected, ordering: .relaxed)
            },
        ])
        #expect(broken.load(ordering: .relaxed) == 0)
        #expect(seen.load(ordering: .relaxed) == total)
    }

    @Test func `a record is small`() {
        #expect(MemoryLayout<SpanRecord>.stride <= 128, "\(MemoryLayout<SpanRecord>.stride)")
    }
}
