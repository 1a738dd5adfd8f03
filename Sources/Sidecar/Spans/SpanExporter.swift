import HTTPTransport
import Policy
import Reactor
import Substrate
import Telemetry

/// Takes spans out of the workers' rings and brings them to the collector: one batch at a time, over one connection, on
/// the admin loop. While a batch is under way the rings are the queue; what does not fit them is dropped and counted.
///
///     idle ──enough, or old enough──▶ asking ──2xx──▶ idle
///                                     ▲   │ 429, 502, 503, 504, broken, too long
///                                     └─ pausing ──tries used up, other status──▶ idle (batch dropped)
final class SpanExporter {
    /// Spans of one request to the collector: at most about 0.5 MB. Source: OpenTelemetry's batch processor default.
    static let maxBatch = 512
    static let tickNanoseconds: UInt64 = 100_000_000
    /// A smaller batch is sent when so much time has passed since the last one.
    static let maxAgeNanoseconds: UInt64 = 1_000_000_000
    /// Time for one try. Source: OTLP exporters' default.
    static let tryNanoseconds: UInt64 = 10_000_000_000
    /// Time at the end of the process to bring away what is left.
    static let flushNanoseconds: UInt64 = 1_000_000_000
    static let tickTimer: UInt32 = CollectorConnection.firstNumber

    private enum Phase {
        case idle
        case asking(until: MonotonicTime)
        case pausing(until: MonotonicTime)
    }

    private let rings: [SpanRing]
    private let names: SpanNameTable
    private let resource: SpanResource
    private let metrics: WorkerMetrics
    private let logs: LogThread
    private let transport: Transport
    private let connection: CollectorConnection
    private let requestHead: [UInt8]
    private var random: RandomSource
    private var encoder = OTLPEncoder()
    private var body = ByteBuffer()
    private var head = ByteBuffer()
    private var batch: [SpanRecord] = []
    private var phase = Phase.idle
    private var retry = ExportRetry()
    private var lastBatch = MonotonicTime.zero
    private var isFlushing = false
    private var events = EventGate()
    private(set) var exported: UInt64 = 0
    private(set) var failedTries: UInt64 = 0

    /// - Parameter metrics: the admin thread's own.
    init(
        collector: CollectorURL, address: SocketAddress, rings: [SpanRing], names: SpanNameTable,
        resource: SpanResource, metrics: WorkerMetrics, logs: LogThread, calls: SystemCalls,
        transport: Transport
    ) {
        self.rings = rings
        self.names = names
        self.resource = resource
        self.metrics = metrics
        self.logs = logs
        self.transport = transport
        random = RandomSource(seed: calls.randomSeed())
        connection = CollectorConnection(address: address, calls: calls, transport: transport)
        requestHead = Array(
            ("POST \(collector.path) HTTP/1.1\r\nhost: \(collector.address)\r\n"
                + "content-type: application/x-protobuf\r\n"
                + "user-agent: outrigger-sidecar/\(resource.version.text)\r\ncontent-length: ").utf8)
        batch.reserveCapacity(Self.maxBatch)
    }

    /// The first of the ticks that follow each other.
    func start() { scheduleTick() }

    private func scheduleTick() {
        transport.schedule(afterNanoseconds: Self.tickNanoseconds, number: Self.tickTimer)
    }

    func tick() {
        let now = transport.now.monotonic
        switch phase {
        case .idle: beginBatch(now)
        case .asking(let until):
            if now >= until {
                connection.close()
                ended(.failed, "it took too long")
            }
        case .pausing(let until):
            if now >= until { ask(now) }
        }
        scheduleTick()
    }

    /// False for a number that is somebody else's.
    func descriptorReady(_ number: UInt32) -> Bool {
        guard number > Self.tickTimer else { return false }
        if number == connection.number { follow(connection.ready()) }
        return true
    }

    // MARK: A batch's life

    private func beginBatch(_ now: MonotonicTime) {
        let waiting = rings.reduce(0) { $0 + $1.count }
        let isOld = now.nanoseconds(since: lastBatch) >= Self.maxAgeNanoseconds
        guard waiting >= Self.maxBatch || (waiting > 0 && (isOld || isFlushing)) else { return }
        batch.removeAll(keepingCapacity: true)
        // The fullest first, so that one busy worker does not wait behind the others.
        for ring in rings.sorted(by: { $0.count > $1.count }) {
            ring.take(Self.maxBatch - batch.count, into: &batch)
        }
        lastBatch = now
        body.removeAll()
        encoder.append(batch, names: names, resource: resource, into: &body)
        head.removeAll()
        requestHead.withBytes { head.append($0) }
        head.append(decimal: UInt64(body.count))
        head.append("\r\n\r\n")
        retry = ExportRetry()
        ask(now)
    }

    private func ask(_ now: MonotonicTime) {
        phase = .asking(until: now.adding(nanoseconds: Self.tryNanoseconds))
        follow(connection.ask(head, body))
    }

    private func follow(_ step: CollectorConnection.Step) {
        guard case .asking = phase else { return }
        switch step {
        case .underWay: break
        case .answered:
            let seconds = connection.answer.retryAfterSeconds
            ended(
                .answered(status: connection.answer.status, retryAfterSeconds: seconds), "it refused them")
        // It was closed before it was asked: that is no try.
        case .failed(.reused): ask(transport.now.monotonic)
        case .failed(.connecting): ended(.failed, "it cannot be reached")
        case .failed(.answering): ended(.failed, "its answer is no whole HTTP/1.1 answer")
        }
    }

    private func ended(_ outcome: ExportRetry.Outcome, _ cause: OpenText) {
        let now = transport.now.monotonic
        switch retry.ended(outcome, now: now, random: &random) {
        case .delivered:
            delivered()
            phase = .idle
            beginBatch(now)
        case .retry(let at):
            failedTries += 1
            phase = .pausing(until: at)
            if isFlushing { drop(cause) }
        case .giveUp:
            failedTries += 1
            drop(cause)
        }
    }

    private func delivered() {
        let sent = UInt64(batch.count)
        guard let rejected = OTLPAnswer.rejectedSpans(connection.answer.body.bytes) else {
            lose(sent, "its 200 is not an OTLP answer")
            return
        }
        let lost = min(rejected, sent)
        exported += sent - lost
        if lost > 0 { lose(lost, "it took a part of them only") }
    }

    private func drop(_ cause: OpenText) {
        phase = .idle
        lose(UInt64(batch.count), cause)
    }

    private func lose(_ count: UInt64, _ cause: OpenText) {
        metrics.dropped(.span, count: count)
        let now = transport.now
        guard
            case .write(let suppressed) = events.admit(
                EventKey("spans.dropped", subject: 0), now: now.monotonic)
        else { return }
        var event = EventRecord(
            level: .warning, time: now.wall, subsystem: "spans", event: "spans.dropped")
        event.add("spans", .count(count))
        event.add("cause", .text(cause))
        let status = connection.answer.status
        if status > 0 { event.add("status", .count(UInt64(status))) }
        event.suppressed = suppressed
        logs.record(event)
    }

    // MARK: The end

    /// Brings away what is left, for `flushNanoseconds` at most: once no worker writes any more. A collector that fails
    /// now is not asked again.
    func flush() {
        isFlushing = true
        let deadline = transport.now.monotonic.adding(nanoseconds: Self.flushNanoseconds)
        if case .pausing = phase { drop("the process ends") }
        if case .idle = phase { beginBatch(transport.now.monotonic) }
        while case .asking = phase, transport.now.monotonic < deadline { transport.turn() }
        if case .asking = phase { drop("the process ends") }
        connection.close()
        let left = rings.reduce(0) { $0 + $1.count }
        if left > 0 { lose(UInt64(left), "the process ends") }
        for ring in rings { ring.deallocate() }
    }

    var families: [MetricFamily] {
        [
            MetricFamily(
                name: "outrigger_spans_exported_total", kind: .counter,
                help: "Spans that the collector has taken.",
                samples: [MetricFamily.Sample(value: Double(exported))]),
            MetricFamily(
                name: "outrigger_span_export_failures_total", kind: .counter,
                help: "Requests to the collector that it did not take.",
                samples: [MetricFamily.Sample(value: Double(failedTries))]),
        ]
    }
}
