/// What was given up to stay within a limit; the values of the label `what` of `outrigger_dropped_total`.
public enum DroppedKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Access-log lines that the log thread could not take in time.
    case accessLogLine
    case eventLogLine
    /// Counts that went into the `_other` series because a table was full.
    case metricSeries
    /// Connections closed at accept because a limit was reached.
    case connection
    case span
    /// Events of a tap whose reader is slow.
    case tapEvent

    public var label: OpenText {
        switch self {
        case .accessLogLine: "access_log_line"
        case .eventLogLine: "event_log_line"
        case .metricSeries: "metric_series"
        case .connection: "connection"
        case .span: "span"
        case .tapEvent: "tap_event"
        }
    }
}
