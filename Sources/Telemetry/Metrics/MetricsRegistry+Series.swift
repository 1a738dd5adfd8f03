import Substrate

/// The families whose labels are numbers of the identity registry: a series from its first use until it is idle.
extension MetricsRegistry {
    func renderRequests(_ names: some SeriesNames, _ text: Exposition, into buffer: inout ByteBuffer) {
        let name = FamilyName("outrigger_requests_total", .counter)
        text.begin(name, "Requests whose answer ended, by what was answered.", into: &buffer)
        let snapshot = snapshot(\.requests, cellCount: 1) { $0.requests }
        for row in 0..<snapshot.count {
            let series = RequestSeries(snapshot.key(row))
            let service = names.serviceName(series.service)
            let route = names.routeName(series.route)
            let tenant = names.tenantName(series.tenant)
            renderCounter(
                name, snapshot.cell(0, of: row), bornMilliseconds: snapshot.bornMilliseconds(row), text,
                into: &buffer
            ) { sample, buffer in
                sample.label("direction", series.direction.label, into: &buffer)
                sample.label("service", id: series.service, named: service, into: &buffer)
                sample.label("route", id: series.route, named: route, into: &buffer)
                sample.label("tenant", id: series.tenant, named: tenant, into: &buffer)
                sample.label("code", status: series.status, into: &buffer)
            }
        }
    }

    func renderDurations(_ names: some SeriesNames, _ text: Exposition, into buffer: inout ByteBuffer) {
        let name = FamilyName("outrigger_request_duration_seconds", .histogram)
        text.begin(name, "From a request's first byte to the last of its answer.", into: &buffer)
        let snapshot = snapshot(\.durations, cellCount: DurationBuckets.cellCount) { $0.durations }
        for row in 0..<snapshot.count {
            let service = UInt32(truncatingIfNeeded: snapshot.key(row).high)
            let direction = Direction(rawValue: UInt8(truncatingIfNeeded: snapshot.key(row).low)) ?? .edge
            let serviceName = names.serviceName(service)
            func beginSample(_ ending: StaticString, into buffer: inout ByteBuffer) -> ExpositionSample {
                var sample = ExpositionSample(text, name, ending: ending, into: &buffer)
                sample.label("direction", direction.label, into: &buffer)
                sample.label("service", id: service, named: serviceName, into: &buffer)
                return sample
            }
            var cumulative: UInt64 = 0
            for bucket in 0...DurationBuckets.overflowCell {
                cumulative &+= snapshot.cell(bucket, of: row)
                var sample = beginSample("_bucket", into: &buffer)
                sample.label("le", DurationBuckets.bound(bucket), into: &buffer)
                sample.end(cumulative, snapshot.exemplar(bucket, of: row), into: &buffer)
            }
            beginSample("_sum", into: &buffer)
                .end(seconds: snapshot.cell(DurationBuckets.sumCell, of: row), into: &buffer)
            beginSample("_count", into: &buffer).end(cumulative, into: &buffer)
            let born = snapshot.bornMilliseconds(row)
            if text.writesCreated, born > 0 {
                beginSample("_created", into: &buffer).end(seconds: born &* 1_000_000, into: &buffer)
            }
        }
    }

    func renderAttempts(_ names: some SeriesNames, _ text: Exposition, into buffer: inout ByteBuffer) {
        let name = FamilyName("outrigger_upstream_attempts_total", .counter)
        text.begin(name, "Tries at an endpoint, by how they ended.", into: &buffer)
        let snapshot = snapshot(\.attempts, cellCount: AttemptOutcome.allCases.count) { $0.attempts }
        for row in 0..<snapshot.count {
            let service = UInt32(truncatingIfNeeded: snapshot.key(row).high)
            let serviceName = names.serviceName(service)
            for outcome in AttemptOutcome.allCases {
                let value = snapshot.cell(Int(outcome.rawValue), of: row)
                guard value > 0 else { continue }
                renderCounter(
                    name, value, bornMilliseconds: snapshot.bornMilliseconds(row), text, into: &buffer
                ) { sample, buffer in
                    sample.label("service", id: service, named: serviceName, into: &buffer)
                    sample.label("outcome", outcome.label, into: &buffer)
                }
            }
        }
    }

    func renderRefusals(_ names: some SeriesNames, _ text: Exposition, into buffer: inout ByteBuffer) {
        let name = FamilyName("outrigger_refusals_total", .counter)
        text.begin(name, "Answers made by Outrigger itself, by reason code.", into: &buffer)
        let snapshot = snapshot(\.refusals, cellCount: 1) { $0.refusals }
        for row in 0..<snapshot.count {
            let key = snapshot.key(row)
            let tenant = UInt32(truncatingIfNeeded: key.low)
            let tenantName = names.tenantName(tenant)
            let reason = ReasonCode(rawValue: UInt8(truncatingIfNeeded: key.high)).map { OpenText($0.code) }
            renderCounter(
                name, snapshot.cell(0, of: row), bornMilliseconds: snapshot.bornMilliseconds(row), text,
                into: &buffer
            ) { sample, buffer in
                sample.label("reason", reason ?? "_other", into: &buffer)
                sample.label("tenant", id: tenant, named: tenantName, into: &buffer)
            }
        }
    }

    func renderPools(_ names: some SeriesNames, _ text: Exposition, into buffer: inout ByteBuffer) {
        let name = FamilyName("outrigger_pool_events_total", .counter)
        text.begin(name, "What happened to pooled upstream connections.", into: &buffer)
        let snapshot = snapshot(\.pools, cellCount: PoolEvent.allCases.count) { $0.pools }
        for row in 0..<snapshot.count {
            let service = UInt32(truncatingIfNeeded: snapshot.key(row).high)
            let serviceName = names.serviceName(service)
            for event in PoolEvent.allCases {
                let value = snapshot.cell(Int(event.rawValue), of: row)
                guard value > 0 else { continue }
                renderCounter(
                    name, value, bornMilliseconds: snapshot.bornMilliseconds(row), text, into: &buffer
                ) { sample, buffer in
                    sample.label("service", id: service, named: serviceName, into: &buffer)
                    sample.label("event", event.label, into: &buffer)
                }
            }
        }
    }

    /// A counter's sample and, where asked for, since when it counts: next to each other, as OpenMetrics wants them.
    private func renderCounter(
        _ name: FamilyName, _ value: UInt64, bornMilliseconds: UInt64, _ text: Exposition,
        into buffer: inout ByteBuffer,
        labels: (inout ExpositionSample, inout ByteBuffer) -> Void
    ) {
        var sample = ExpositionSample(text, name, into: &buffer)
        labels(&sample, &buffer)
        sample.end(value, into: &buffer)
        guard text.writesCreated, bornMilliseconds > 0 else { return }
        var created = ExpositionSample(text, name, ending: "_created", into: &buffer)
        labels(&created, &buffer)
        created.end(seconds: bornMilliseconds &* 1_000_000, into: &buffer)
    }
}
