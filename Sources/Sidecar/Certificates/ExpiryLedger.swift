import Substrate

/// Decides when an operator is told that a certificate ends: once for each certificate and threshold.
struct ExpiryLedger {
    /// From far to near.
    enum Threshold: Int, CaseIterable, Comparable {
        case month, week, day, expired

        /// Seconds before the end.
        var seconds: UInt64 {
            switch self {
            case .month: 30 * 86_400
            case .week: 7 * 86_400
            case .day: 86_400
            case .expired: 0
            }
        }

        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    private var told: [(certificate: CertificateInUse, threshold: Threshold)] = []

    /// What is to be told now: of each certificate the nearest threshold that was passed. Forgets what is not in use.
    mutating func due(_ certificates: [CertificateInUse], now: WallTime) -> [(CertificateInUse, Threshold)] {
        told.removeAll { entry in !certificates.contains(entry.certificate) }
        var due: [(CertificateInUse, Threshold)] = []
        for certificate in certificates {
            guard let threshold = Self.threshold(of: certificate, now: now) else { continue }
            if let index = told.firstIndex(where: { $0.certificate == certificate }) {
                guard told[index].threshold < threshold else { continue }
                told[index].threshold = threshold
            } else {
                told.append((certificate, threshold))
            }
            due.append((certificate, threshold))
        }
        return due
    }

    /// A threshold counts for certificates that live three times as long: one of a day, which is replaced twice a day,
    /// would otherwise be told of with every replacement.
    private static func threshold(of certificate: CertificateInUse, now: WallTime) -> Threshold? {
        let (from, until) = (certificate.validFrom.seconds, certificate.validUntil.seconds)
        let life = until > from ? until - from : 0
        return Threshold.allCases.last {
            life >= 3 * $0.seconds
                && ($0 == .expired ? now >= certificate.validUntil : until <= now.seconds + $0.seconds)
        }
    }
}
