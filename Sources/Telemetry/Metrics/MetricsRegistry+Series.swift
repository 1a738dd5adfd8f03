import Substrate

/// The families whose labels are numbers of the identity registry.
extension MetricsRegistry {
    func renderRequests(_ names: some SeriesNames, into buffer: inout ByteBuffer) {
        let name: OpenText = "outrigger_requests_total"
        PrometheusText.begin(
            name, "counter", "Requests whose answer ended, by what was answered.", into: &buffer)
        let snapshot = snapshot(cellCount: 1) { $0.requests }
        for row in 0..<snapshot.count {
            let series = RequestSeries(snapshot.key(row))
            var sample = PrometheusSample(name, into: &buffer)
            sample.label("direction", series.direction.label, into: &buffer)
            sample.label(
                "service", id: series.service, named: names.serviceName(series.service), into: &buffer)
            sample.label("route", id: series.route, named: names.routeName(series.route), into: &buffer)
            sample.label("tenant", id: series.tenant, named: names.tenantName(series.tenant), into: &buffer)
            sample.label("code", status: series.status, into: &buffer)
            sample.end(snapshot.cell(0, of: row), into: &buffer)
        }
    }

    func renderDurations(_ names: some SeriesNames, into buffer: inout ByteBuffer) {
        let name: OpenText = "outrigger_request_duration_seconds"
        PrometheusText.begin(
            name, "histogram", "From a request's first byte to the last of its answer.", into: &buffer)
        let snapshot = snapshot(cellCount: DurationBuckets.cellCount) { $0.durations }
        for row in 0..<snapshot.count {
            let service = UInt32(truncatingIfNeeded: snapshot.key(row).high)
            let direction = Direction(rawValue: UInt8(truncatingIfNeeded: snapshot.key(row).low)) ?? .edge
            func beginSample(_ suffix: StaticString, into buffer: inout ByteBuffer) -> PrometheusSample {
                var sample = PrometheusSample(name, suffix, into: &buffer)
                sample.label("direction", direction.label, into: &buffer)
                sample.label("service", id: service, named: names.serviceName(service), into: &buffer)
                return sample
            }
            var cumulative: UInt64 = 0
            for bucket in 0...DurationBuckets.overflowCell {
                cumulative &+= snapshot.cell(bucket, of: row)
                var sample = beginSample("_bucket", into: &buffer)
                sample.label("le", DurationBuckets.bound(bucket), into: &buffer)
                sample.end(cumulative, into: &buffer)
            }
            beginSample("_sum", into: &buffer)
                .end(seconds: snapshot.cell(DurationBuckets.sumCell, of: row), into: &buffer)
            beginSample("_count", into: &buffer).end(cumulative, into: &buffer)
        }
    }

    func renderAttempts(_ names: some SeriesNames, into buffer: inout ByteBuffer) {
        let name: OpenText = "outrigger_upstream_attempts_total"
        PrometheusText.begin(name, "counter", "Tries at an endpoint, by how they ended.", into: &buffer)
        let snapshot = snapshot(cellCount: AttemptOutcome.allCases.count) { $0.attempts }
        for row in 0..<snapshot.count {
            let service = UInt32(truncatingIfNeeded: snapshot.key(row).high)
            for outcome in AttemptOutcome.allCases {
                let value = snapshot.cell(Int(outcome.rawValue), of: row)
                guard value > 0 else { continue }
                var sample = PrometheusSample(name, into: &buffer)
                sample.label("service", id: service, named: names.serviceName(service), into: &buffer)
                sample.label("outcome", outcome.label, into: &buffer)
                sample.end(value, into: &buffer)
            }
        }
    }

    func renderRefusals(_ names: some SeriesNames, into buffer: inout ByteBuffer) {
        let name: OpenText = "outrigger_refusals_total"
        PrometheusText.begin(
            name, "counter", "Answers made by Outrigger itself, by reason code.", into: &buffer)
        let snapshot = snapshot(cellCount: 1) { $0.refusals }
        for row in 0..<snapshot.count {
            let key = snapshot.key(row)
            let tenant = UInt32(truncatingIfNeeded: key.low)
            let reason = ReasonCode(rawValue: UInt8(truncatingIfNeeded: key.high)).map { OpenText($0.code) }
            var sample = PrometheusSample(name, into: &buffer)
            sample.label("reason", reason ?? "_other", into: &buffer)
            sample.label("tenant", id: tenant, named: names.tenantName(tenant), into: &buffer)
            sample.end(snapshot.cell(0, of: row), into: &buffer)
        }
    }

    func renderPools(_ names: some SeriesNames, into buffer: inout ByteBuffer) {
        let name: OpenText = "outrigger_pool_events_total"
        PrometheusText.begin(name, "counter", "What happened to pooled upstream connections.", into: &buffer)
        let snapshot = snapshot(cellCount: PoolEvent.allCases.count) { $0.pools }
        for row in 0..<snapshot.count {
            let service = UInt32(truncatingIfNeeded: snapshot.key(row).high)
            for event in PoolEvent.allCases {
                let value = snapshot.cell(Int(event.rawValue), of: row)
                guard value > 0 else { continue }
                var sample = PrometheusSample(name, into: &buffer)
                sample.label("service", id: service, named: names.serviceName(service), into: &buffer)
                sample.label("event", event.label, into: &buffer)
                sample.end(value, into: &buffer)
            }
        }
    }
}
