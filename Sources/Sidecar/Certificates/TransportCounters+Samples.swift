import HTTPTransport
import Telemetry

extension TransportCounters {
    /// `outrigger_tls_handshakes_total`: each handshake with a client counts under one result.
    var handshakeSamples: [MetricFamily.Sample] {
        let results: [(OpenName, UInt64)] = [
            ("finished", handshakes), ("resumed", handshakesResumed), ("failed", handshakeFailures),
            ("shed", handshakesShed),
        ]
        return results.map { result, count in
            MetricFamily.Sample(labels: [MetricFamily.Label("result", result)], value: Double(count))
        }
    }
}
