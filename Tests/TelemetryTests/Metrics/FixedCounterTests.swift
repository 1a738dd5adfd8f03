import Testing

@testable import Telemetry

@Suite struct FixedCounterTests {
    @Test func `gives every label combination a place of its own`() {
        var places: [Int] = []
        for direction in Direction.allCases {
            places += [
                FixedCounter.opened(direction), FixedCounter.closed(direction), FixedCounter.idled(direction),
                FixedCounter.resumed(direction),
            ]
            for way in ByteWay.allCases { places.append(FixedCounter.bytes(direction, way)) }
        }
        for provider in WebhookProvider.allCases {
            for outcome in WebhookOutcome.allCases { places.append(FixedCounter.webhook(provider, outcome)) }
        }
        for what in DroppedKind.allCases { places.append(FixedCounter.dropped(what)) }
        #expect(places.sorted() == Array(0..<FixedCounter.count))
    }
}
