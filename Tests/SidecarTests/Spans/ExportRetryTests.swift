import Substrate
import Testing

@testable import Sidecar

@Suite("what becomes of a batch")
struct ExportRetryTests {
    private let now = MonotonicTime(nanoseconds: 1_000_000_000)

    private func ended(
        _ retry: inout ExportRetry, _ outcome: ExportRetry.Outcome, seed: UInt64 = 1
    ) -> ExportRetry.Decision {
        var random = RandomSource(seed: seed)
        return retry.ended(outcome, now: now, random: &random)
    }

    @Test func `a 2xx delivers`() {
        for status: UInt16 in [200, 202, 299] {
            var retry = ExportRetry()
            #expect(ended(&retry, .answered(status: status, retryAfterSeconds: nil)) == .delivered)
        }
    }

    @Test func `other answers give up at once`() {
        for status: UInt16 in [101, 300, 301, 400, 401, 404, 413, 428, 430, 500, 501, 505] {
            var retry = ExportRetry()
            #expect(ended(&retry, .answered(status: status, retryAfterSeconds: 1)) == .giveUp)
        }
    }

    @Test(arguments: [429, 502, 503, 504] as [UInt16])
    func `pauses grow, are drawn, and end after five tries`(status: UInt16) {
        for seed: UInt64 in 1...20 {
            var retry = ExportRetry()
            for try_ in 1..<ExportRetry.maxTries {
                let decision = ended(
                    &retry, .answered(status: status, retryAfterSeconds: nil), seed: seed)
                guard case .retry(let at) = decision else {
                    Issue.record("try \(try_): \(decision)")
                    return
                }
                let longest = ExportRetry.firstPauseNanoseconds << UInt64(try_ - 1)
                let pause = at.nanoseconds(since: now)
                #expect(pause >= longest / 2 && pause <= longest)
            }
            #expect(ended(&retry, .answered(status: status, retryAfterSeconds: nil)) == .giveUp)
        }
    }

    @Test func `a broken try is repeated`() {
        var retry = ExportRetry()
        guard case .retry = ended(&retry, .failed) else {
            Issue.record("not repeated")
            return
        }
    }

    @Test func `asks no sooner than it is told, up to a limit`() {
        for (told, followed) in [(0, 0), (7, 7), (30, 30), (31, 30), (UInt64.max, 30)] as [(UInt64, UInt64)] {
            var retry = ExportRetry()
            guard case .retry(let at) = ended(&retry, .answered(status: 503, retryAfterSeconds: told)) else {
                Issue.record("\(told)")
                return
            }
            let pause = at.nanoseconds(since: now)
            if told == 0 {
                #expect(pause <= ExportRetry.firstPauseNanoseconds)
            } else {
                #expect(pause == followed * 1_000_000_000)
            }
        }
    }
}
