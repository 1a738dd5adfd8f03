import Cryptography
import Substrate
import Testing

@testable import Sidecar

@Suite struct ExpiryLedgerTests {
    private static let day: UInt64 = 86_400
    private let end = WallTime(seconds: 2_000_000_000)

    private func certificate(days: UInt64, path: String = "cert.pem") -> CertificateInUse {
        CertificateInUse(
            owner: .listener("front"), path: path, fingerprint: Digest256(),
            validFrom: WallTime(seconds: end.seconds - days * Self.day), validUntil: end)
    }

    /// Seconds before the end.
    private func before(_ seconds: UInt64) -> WallTime { WallTime(seconds: end.seconds - seconds) }

    @Test func `each threshold is told once, at its second and not before`() {
        var ledger = ExpiryLedger()
        let one = [certificate(days: 365)]
        var told: [(UInt64, ExpiryLedger.Threshold)] = []
        for seconds in [
            31 * Self.day, 30 * Self.day + 1, 30 * Self.day, 30 * Self.day - 1, 7 * Self.day + 1,
            7 * Self.day, Self.day + 1,
            Self.day, 1, 0,
        ] {
            told += ledger.due(one, now: before(seconds)).map { (seconds, $0.1) }
        }
        #expect(told.map(\.0) == [30 * Self.day, 7 * Self.day, Self.day, 0])
        #expect(told.map(\.1) == [.month, .week, .day, .expired])
        #expect(ledger.due(one, now: WallTime(seconds: end.seconds + 5)).isEmpty)
    }

    @Test func `a process that starts late tells the nearest threshold only`() {
        var ledger = ExpiryLedger()
        let one = [certificate(days: 365)]
        #expect(ledger.due(one, now: before(3 * Self.day)).map(\.1) == [.week])
        #expect(ledger.due(one, now: before(2 * Self.day)).isEmpty)
    }

    @Test func `a renewed certificate begins anew, and one that comes back is told again`() {
        var ledger = ExpiryLedger()
        let old = [certificate(days: 365)]
        let new = CertificateInUse(
            owner: .listener("front"), path: "cert.pem", fingerprint: Digest256(), validFrom: end,
            validUntil: WallTime(seconds: end.seconds + 365 * Self.day))
        #expect(ledger.due(old, now: before(100)).map(\.1) == [.day])
        #expect(ledger.due([new], now: before(90)).isEmpty)
        #expect(ledger.due(old, now: before(80)).map(\.1) == [.day])
    }

    @Test func `one of a day is told of at its end only, and each of several by itself`() {
        var ledger = ExpiryLedger()
        let short = certificate(days: 1, path: "short.pem")
        let month = certificate(days: 90, path: "month.pem")
        #expect(ledger.due([short, month], now: before(3600)).map(\.0.path) == ["month.pem"])
        #expect(ledger.due([short, month], now: end).map(\.0.path) == ["short.pem", "month.pem"])
    }

    @Test func `what never ends is never told`() {
        var ledger = ExpiryLedger()
        let ever = CertificateInUse(
            owner: .service("backend"), path: "c", fingerprint: Digest256(), validFrom: WallTime(seconds: 0),
            validUntil: WallTime(nanoseconds: .max))
        #expect(ledger.due([ever], now: end).isEmpty)
    }
}
