import Substrate

/// The families whose labels are enums: always complete, zeros included, so that a rate exists from the start.
extension MetricsRegistry {
    func renderBuild(_ build: BuildInfo, into buffer: inout ByteBuffer) {
        let name: OpenText = "outrigger_build_info"
        PrometheusText.begin(name, "gauge", "What is running; always 1.", into: &buffer)
        var sample = PrometheusSample(name, into: &buffer)
        sample.label("version", configured: build.version, into: &buffer)
        sample.label("revision", configured: build.revision, into: &buffer)
        sample.label("compiler", configured: build.compiler, into: &buffer)
        sample.end(1, into: &buffer)
    }

    func renderConnections(into buffer: inout ByteBuffer) {
        let name: OpenText = "outrigger_connections"
        PrometheusText.begin(name, "gauge", "Open connections; idle ones carry no request.", into: &buffer)
        for direction in Direction.allCases {
            // What ends is read before what begins: a connection that ends in between never makes the gauge negative.
            let closed = sum(FixedCounter.closed(direction))
            let resumed = sum(FixedCounter.resumed(direction))
            let idle = Self.difference(sum(FixedCounter.idled(direction)), resumed)
            let open = Self.difference(sum(FixedCounter.opened(direction)), closed)
            var active = PrometheusSample(name, into: &buffer)
            active.label("direction", direction.label, into: &buffer)
            active.label("state", "active", into: &buffer)
            active.end(Self.difference(open, idle), into: &buffer)
            var resting = PrometheusSample(name, into: &buffer)
            resting.label("direction", direction.label, into: &buffer)
            resting.label("state", "idle", into: &buffer)
            resting.end(idle, into: &buffer)
        }
        let total: OpenText = "outrigger_connections_opened_total"
        PrometheusText.begin(total, "counter", "Connections accepted or made.", into: &buffer)
        for direction in Direction.allCases {
            var sample = PrometheusSample(total, into: &buffer)
            sample.label("direction", direction.label, into: &buffer)
            sample.end(sum(FixedCounter.opened(direction)), into: &buffer)
        }
    }

    private static func difference(_ more: UInt64, _ less: UInt64) -> UInt64 {
        more > less ? more &- less : 0
    }

    func renderBytes(into buffer: inout ByteBuffer) {
        let name: OpenText = "outrigger_bytes_total"
        PrometheusText.begin(name, "counter", "Bytes on connections, heads and bodies.", into: &buffer)
        for direction in Direction.allCases {
            for way in ByteWay.allCases {
                var sample = PrometheusSample(name, into: &buffer)
                sample.label("direction", direction.label, into: &buffer)
                sample.label("way", way.label, into: &buffer)
                sample.end(sum(FixedCounter.bytes(direction, way)), into: &buffer)
            }
        }
    }

    func renderWebhooks(into buffer: inout ByteBuffer) {
        let name: OpenText = "outrigger_webhooks_total"
        PrometheusText.begin(name, "counter", "Webhook requests, by how they ended.", into: &buffer)
        for provider in WebhookProvider.allCases {
            for outcome in WebhookOutcome.allCases {
                var sample = PrometheusSample(name, into: &buffer)
                sample.label("provider", provider.label, into: &buffer)
                sample.label("outcome", outcome.label, into: &buffer)
                sample.end(sum(FixedCounter.webhook(provider, outcome)), into: &buffer)
            }
        }
    }

    func renderDropped(into buffer: inout ByteBuffer) {
        let name: OpenText = "outrigger_dropped_total"
        PrometheusText.begin(name, "counter", "What was given up to stay within a limit.", into: &buffer)
        for what in DroppedKind.allCases {
            var sample = PrometheusSample(name, into: &buffer)
            sample.label("what", what.label, into: &buffer)
            sample.end(sum(FixedCounter.dropped(what)), into: &buffer)
        }
    }
}
