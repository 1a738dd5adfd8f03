import Substrate
import Synchronization
import Telemetry

/// The certificates of the configuration in force, for metrics and log: written by `or-config`, read by `or-admin`.
final class CertificateWatch: Sendable {
    private struct Shown {
        var certificates: [CertificateInUse] = []
        var ledger = ExpiryLedger()
    }

    private let shown = Mutex(Shown())

    var certificates: [CertificateInUse] { shown.withLock { $0.certificates } }

    func replace(_ certificates: [CertificateInUse]) { shown.withLock { $0.certificates = certificates } }

    /// Events that are due.
    func events(now: WallTime) -> [EventRecord] {
        let due = shown.withLock { $0.ledger.due($0.certificates, now: now) }
        return due.map { certificate, threshold in
            var event = EventRecord(
                level: threshold == .expired ? .error : .warning, time: now, subsystem: "tls",
                event: "certificate.expires")
            switch certificate.owner {
            case .listener(let name): event.add("listener", .name(OpenName(configured: name)))
            case .service(let name): event.add("service", .name(OpenName(configured: name)))
            }
            event.add("certificate", .name(OpenName(configured: certificate.path)))
            event.add("threshold", .text(threshold.text))
            let (end, at) = (certificate.validUntil.seconds, now.seconds)
            event.add("secondsLeft", .count(end > at ? end - at : 0))
            return event
        }
    }

    var families: [MetricFamily] {
        let certificates = certificates
        guard !certificates.isEmpty else { return [] }
        return [
            MetricFamily(
                name: "outrigger_certificate_expiry_timestamp_seconds", kind: .gauge,
                help: "When the first certificate of a presented chain ends, in seconds since 1970.",
                samples: certificates.map { Self.sample($0, $0.validUntil) }),
            MetricFamily(
                name: "outrigger_certificate_not_before_timestamp_seconds", kind: .gauge,
                help: "When all certificates of a presented chain have begun, in seconds since 1970.",
                samples: certificates.map { Self.sample($0, $0.validFrom) }),
        ]
    }

    private static func sample(_ certificate: CertificateInUse, _ time: WallTime) -> MetricFamily.Sample {
        let (kind, name): (OpenName, String) =
            switch certificate.owner {
            case .listener(let name): ("listener", name)
            case .service(let name): ("service", name)
            }
        return MetricFamily.Sample(
            labels: [
                MetricFamily.Label("kind", kind),
                MetricFamily.Label("name", OpenName(configured: name)),
                MetricFamily.Label("certificate", OpenName(configured: certificate.path)),
            ], value: Double(time.seconds))
    }
}

extension ExpiryLedger.Threshold {
    var text: OpenText {
        switch self {
        case .month: "30d"
        case .week: "7d"
        case .day: "1d"
        case .expired: "expired"
        }
    }
}
