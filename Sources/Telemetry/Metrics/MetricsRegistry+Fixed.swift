import Substrate

/// The families whose labels are enums: always complete, zeros included, so that a rate exists from the start.
extension MetricsRegistry {
    func renderBuild(_ build: BuildInfo, _ text: Exposition, into buffer: inout ByteBuffer) {
        let name = FamilyName("outrigger_build_info", .info)
        text.begin(name, "What is running; always 1.", into: &buffer)
        var sample = ExpositionSample(text, name, into: &buffer)
        sample.label("version", configured: build.version, into: &buffer)
        sample.label("revision", configured: build.revision, into: &buffer)
        sample.label("compiler", configured: build.compiler, into: &buffer)
        sample.end(1, into: &buffer)
    }

    func renderConnections(
        _ elsewhere: [ConnectionTotals], _ text: Exposition, into buffer: inout ByteBuffer
    ) {
        let totals = Direction.allCases.map { connections($0, elsewhere) }
        let name = FamilyName("outrigger_connections", .gauge)
        text.begin(name, "Open connections; idle ones carry no request.", into: &buffer)
        for direction in Direction.allCases {
            let total = totals[Int(direction.rawValue)]
            let open = Self.difference(total.opened, total.closed)
            var active = ExpositionSample(text, name, into: &buffer)
            active.label("direction", direction.label, into: &buffer)
            active.label("state", "active", into: &buffer)
            active.end(Self.difference(open, total.idle), into: &buffer)
            var resting = ExpositionSample(text, name, into: &buffer)
            resting.label("direction", direction.label, into: &buffer)
            resting.label("state", "idle", into: &buffer)
            resting.end(total.idle, into: &buffer)
        }
        let opened = FamilyName("outrigger_connections_opened_total", .counter)
        text.begin(opened, "Connections accepted or made.", into: &buffer)
        for direction in Direction.allCases {
            var sample = ExpositionSample(text, opened, into: &buffer)
            sample.label("direction", direction.label, into: &buffer)
            sample.end(totals[Int(direction.rawValue)].opened, into: &buffer)
        }
    }

    /// One direction's connections, and what is counted of them elsewhere.
    private func connections(_ direction: Direction, _ elsewhere: [ConnectionTotals]) -> ConnectionTotals {
        // What ends is read before what begins: a connection that ends in between never makes the gauge negative.
        var totals = ConnectionTotals()
        totals.closed = sum(FixedCounter.closed(direction))
        let resumed = sum(FixedCounter.resumed(direction))
        totals.idle = Self.difference(sum(FixedCounter.idled(direction)), resumed)
        totals.opened = sum(FixedCounter.opened(direction))
        totals.received = sum(FixedCounter.bytes(direction, .received))
        totals.sent = sum(FixedCounter.bytes(direction, .sent))
        let number = Int(direction.rawValue)
        if number < elsewhere.count { totals.add(elsewhere[number]) }
        return totals
    }

    private static func difference(_ more: UInt64, _ less: UInt64) -> UInt64 {
        more > less ? more &- less : 0
    }

    func renderBytes(_ elsewhere: [ConnectionTotals], _ text: Exposition, into buffer: inout ByteBuffer) {
        let name = FamilyName("outrigger_bytes_total", .counter)
        text.begin(name, "Bytes on connections, heads and bodies.", into: &buffer)
        for direction in Direction.allCases {
            let totals = connections(direction, elsewhere)
            for way in ByteWay.allCases {
                var sample = ExpositionSample(text, name, into: &buffer)
                sample.label("direction", direction.label, into: &buffer)
                sample.label("way", way.label, into: &buffer)
                sample.end(way == .received ? totals.received : totals.sent, into: &buffer)
            }
        }
    }

    func renderWebhooks(_ text: Exposition, into buffer: inout ByteBuffer) {
        let name = FamilyName("outrigger_webhooks_total", .counter)
        text.begin(name, "Webhook requests, by how they ended.", into: &buffer)
        for provider in WebhookProvider.allCases {
            for outcome in WebhookOutcome.allCases {
                var sample = ExpositionSample(text, name, into: &buffer)
                sample.label("provider", provider.label, into: &buffer)
                sample.label("outcome", outcome.label, into: &buffer)
                sample.end(sum(FixedCounter.webhook(provider, outcome)), into: &buffer)
            }
        }
    }

    func renderDropped(_ text: Exposition, into buffer: inout ByteBuffer) {
        let name = FamilyName("outrigger_dropped_total", .counter)
        text.begin(name, "What was given up to stay within a limit.", into: &buffer)
        for what in DroppedKind.allCases {
            var sample = ExpositionSample(text, name, into: &buffer)
            sample.label("what", what.label, into: &buffer)
            sample.end(sum(FixedCounter.dropped(what)), into: &buffer)
        }
    }
}
