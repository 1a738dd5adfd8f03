/// How metrics are written.
public enum MetricsFormat: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Prometheus text 0.0.4: what everything reads.
    case prometheus
    /// OpenMetrics text 1.0.0: has units, exemplars and an end that shows that nothing is missing.
    case openMetrics

    public var contentType: OpenText {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}
