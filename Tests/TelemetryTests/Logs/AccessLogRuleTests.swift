import Substrate
import Testing

@testable import Telemetry

@Suite struct AccessLogRuleTests {
    private func rule(_ share: UInt32, _ fill: (inout AccessLogRule) -> Void = { _ in }) -> AccessLogRule {
        var rule = AccessLogRule(log: 0, samplePartsPerMillion: share)
        fill(&rule)
        return rule
    }

    private func names(
        _ rule: AccessLogRule, _ status: UInt16, _ reason: ReasonCode = .none, nanoseconds: UInt64 = 0
    ) -> Bool {
        rule.names(status: status, reason: reason, durationNanoseconds: nanoseconds)
    }

    @Test func `the whole is every trace, and nothing is none`() {
        let highest: UInt64 = 0x00FF_FFFF_FFFF_FFFF
        for low in [0, 1, highest - 1, highest, UInt64.max] as [UInt64] {
            #expect(rule(1_000_000).samples(traceLow: low))
            #expect(!rule(0).samples(traceLow: low))
        }
        #expect(rule(1).samples(traceLow: highest))
        #expect(!rule(999_999).samples(traceLow: 0))
    }

    @Test(arguments: [1_000, 10_000, 100_000, 500_000, 900_000] as [UInt32])
    func `a share of the traces is in the sample`(share: UInt32) {
        var random = RandomSource(seed: 7)
        let rule = rule(share)
        let count = (0..<200_000).count { _ in rule.samples(traceLow: random.next()) }
        let expected = Double(share) / 5
        #expect(abs(Double(count) - expected) < 4 * expected.squareRoot() + 1)
    }

    @Test func `a smaller share's traces are among a larger one's, and the high bits do not count`() {
        var random = RandomSource(seed: 8)
        for _ in 0..<10_000 {
            let low = random.next()
            if rule(10_000).samples(traceLow: low) { #expect(rule(100_000).samples(traceLow: low)) }
            #expect(
                rule(300_000).samples(traceLow: low) == rule(300_000).samples(traceLow: low ^ 0xFF << 56))
        }
    }

    @Test func `errors are no answer, 5xx, and one that broke off`() {
        let rule = rule(0) { $0.keepErrors() }
        for status in [500, 502, 599, 0] as [UInt16] { #expect(names(rule, status)) }
        for status in [100, 200, 301, 404, 499] as [UInt16] { #expect(!names(rule, status)) }
        #expect(names(rule, 200, .upstreamReset))
        #expect(names(rule, 503, .upstreamReset))
        #expect(!names(rule, 404, .routeNotFound))
        #expect(names(rule, 404, .clientClosed))
    }

    @Test func `refusals have a reason, whatever their status`() {
        let rule = rule(0) { $0.keepReasons() }
        #expect(names(rule, 404, .routeNotFound))
        #expect(names(rule, 200, .upstreamReset))
        #expect(!names(rule, 404))
        #expect(!names(rule, 500))
    }

    @Test(arguments: 1...5 as ClosedRange<UInt8>) func `a class is its hundred statuses`(number: UInt8) {
        let rule = rule(0) { $0.keep(statusClass: number) }
        for status in 0..<1000 as Range<UInt16> {
            #expect(names(rule, status) == (status / 100 == UInt16(number)))
        }
    }

    @Test func `slow is at least so long, and of two spans the shorter counts`() {
        let rule = rule(0) {
            $0.keepSlow(nanoseconds: 500)
            $0.keepSlow(nanoseconds: 900)
        }
        #expect(!names(rule, 200, nanoseconds: 499))
        #expect(names(rule, 200, nanoseconds: 500))
        #expect(!names(self.rule(0), 200, nanoseconds: .max - 1))
    }
}
