import HTTPTransport
import HTTPWire
import MeshModel
import Policy
import Reactor
import Substrate
import Telemetry

/// Answers on the admin and status listeners, and passes signals on. Runs on `or-admin`.
final class AdminHandler: ExchangeHandler {
    static let signals: UInt32 = 1
    static let housekeeping: UInt32 = 2
    static let drainEnd: UInt32 = 3
    static let watchdog: UInt32 = 4

    /// Metrics are written whole: while clients have so much of earlier answers still to take, the next is told to come
    /// again, 503 `sidecar.overloaded`. With the bounds on series this bounds what scrapes hold.
    static let maxWaitingScrapeBytes = 32 << 20

    private let state: AdminState
    private let metrics: MetricsRegistry
    private let names: IdentityNames
    private let build: BuildInfo
    let status: any ProcessControl
    /// Listener numbers that show everything.
    var fullListeners: Set<Int32> = []
    /// Reports asked for, by the exchange that waits for them.
    private var reports: [(exchange: SlotID, report: ClusterReport)] = []
    private var body = ByteBuffer()
    /// So that the next scrape's memory is asked for once.
    private var lastScrapeBytes = 0
    /// Set before the first turn.
    var logs: LogThread?
    var taps: OpenTaps?
    var signalSource: SignalSource?
    var spans: SpanExporter?

    init(
        state: AdminState, metrics: MetricsRegistry, identities: IdentityRegistry, build: BuildInfo,
        control: any ProcessControl
    ) {
        self.state = state
        self.metrics = metrics
        self.build = build
        names = IdentityNames(identities)
        status = control
    }

    func requestArrived(_ exchange: ExchangePointer) -> RequestDecision {
        let request = AdminRequest(exchange[].head, isFull: fullListeners.contains(exchange[].listener))
        if request == .metrics, status.waitingAnswerBytes > Self.maxWaitingScrapeBytes {
            return .refuse(.overloaded)
        }
        if let decision = follow(request, exchange) { return decision }
        // Numbers that workers keep to themselves are asked for.
        guard request == .clusters else { return .answer }
        reports.append((exchange[].id, status.requestReport(for: exchange[].id)))
        return .wait
    }

    /// A report is whole.
    func take(_ report: ClusterReport) -> SlotID? { reports.first { $0.report === report }?.exchange }

    func writeLocalAnswer(
        _ exchange: ExchangePointer, _ reason: ReasonCode, closing: Bool, into output: inout ByteBuffer
    ) -> LocalAnswer {
        body.removeAll()
        var code: UInt16 = 200
        var type: StaticString = "application/json"
        let request = AdminRequest(exchange[].head, isFull: fullListeners.contains(exchange[].listener))
        if reason != .none {
            code = reason.status
            LocalResponse.problem(reason, requestID: nil, into: &body)
        } else {
            switch request {
            case .health:
                body.append("{\"status\":\"ok\"}\n")
            case .readiness:
                code = state.isReady ? 200 : 503
                writeReadiness()
            case .metrics:
                let asked = MetricsQuestion(exchange[].head)
                type = asked.format.contentType.text
                writeMetrics(asked)
            case .configuration:
                if let configuration = state.configuration {
                    // Held by name: its bytes live only as long as it does.
                    let json = ConfigurationWriter.json(configuration)
                    body.append(json.bytes)
                    body.append("\n")
                } else {
                    code = 503
                    body.append("{\"status\":\"no configuration yet\"}\n")
                }
            case .clusters:
                takeReport(exchange[].id)?.append(into: &body)
            case .drain, .logLevels, .setLogLevel, .tap:
                (code, type) = writeOrder(request, exchange[].head, into: &body)
            case .originRefused:
                (code, type) = Self.write(AdminRefusal(Self.originRefusal, status: 403), into: &body)
            case .notFound:
                code = 404
                type = "application/problem+json"
                body.append("{\"title\":\"Not Found\",\"status\":404}\n")
            case .methodRefused:
                code = 405
                type = "application/problem+json"
                body.append("{\"title\":\"Method Not Allowed\",\"status\":405}\n")
            }
        }
        let isHead = exchange[].head.facts.method == .head
        LocalResponse(
            status: code, contentType: type, reason: code == 200 ? .none : reason, closing: closing,
            allows: request.allow
        )
        .append(body: body.bytes, isHead: isHead, into: &output)
        let written = isHead ? 0 : body.count
        body.releaseStorage()
        return LocalAnswer(status: code, bodyBytes: written)
    }

    /// No worker is asked or waited for: one that is stuck is when metrics are needed most.
    private func writeMetrics(_ asked: MetricsQuestion) {
        body.reserve(lastScrapeBytes + 4096)
        metrics.render(
            into: &body, names: names, build: build, process: ProcessReading.now(),
            connections: status.connections, extra: status.gauges(status.counters) + (spans?.families ?? []),
            format: asked.format,
            writesCreated: asked.wantsCreated)
        lastScrapeBytes = body.count
    }

    private func takeReport(_ exchange: SlotID) -> ClusterReport? {
        reports.firstIndex { $0.exchange == exchange }.map { reports.remove(at: $0).report }
    }

    private func writeReadiness() {
        body.append(state.isReady ? "{\"ready\":true" : "{\"ready\":false")
        if let reading = status.drainReading {
            body.append(",\"reason\":\"draining\",")
            reading.append(into: &body)
        }
        body.append(",\"revision\":")
        body.append(decimal: state.revision)
        body.append(",\"refusedReloads\":")
        body.append(decimal: state.refusals)
        body.append("}\n")
    }

    func writeRefusal(_ reason: ReasonCode, listener: Int32, into output: inout ByteBuffer) {
        body.removeAll()
        LocalResponse.problem(reason, requestID: nil, into: &body)
        LocalResponse(
            status: reason.status, contentType: "application/problem+json", reason: reason, closing: true,
            allows: "GET, HEAD"
        ).append(body: body.bytes, isHead: false, into: &output)
        body.releaseStorage()
    }

    func exchangeEnded(_ exchange: ExchangePointer) {
        reports.removeAll { $0.exchange == exchange[].id }
        taps?.close(exchange[].id)
        tell(exchange)
    }

    // Nothing here is ever forwarded.
    func bodyArrived(_ exchange: ExchangePointer, _ bytes: Bytes) {}
    func bodyCollected(_ exchange: ExchangePointer) -> RequestDecision { .answer }
    func writeRequestHead(_ exchange: ExchangePointer, into output: inout ByteBuffer) {}
    func writeResponseHead(_ exchange: ExchangePointer, _ head: MessageHead, into output: inout ByteBuffer)
        -> UInt16
    {
        head.facts.status
    }
    func attemptFailed(_ exchange: ExchangePointer, _ failure: AttemptFailure) -> AttemptDecision {
        .refuse(failure.reason)
    }
    func attemptFinished(_ exchange: ExchangePointer, status: UInt16, failure: AttemptFailure?) {}

    // MARK: Signals and times

    func descriptorReady(_ number: UInt32) {
        if spans?.descriptorReady(number) == true { return }
        while let signal = signalSource?.next() { status.received(signal) }
    }

    func timerFired(_ number: UInt32) {
        switch number {
        case SpanExporter.tickTimer: spans?.tick()
        case OpenTaps.tick: taps?.timerFired()
        default: status.timerFired(number)
        }
    }
}

/// What the admin listener asks of the process.
protocol ProcessControl: AnyObject {
    func requestReport(for exchange: SlotID) -> ClusterReport
    func gauges(_ counters: TransportCounters) -> [MetricFamily]
    /// What all workers' transports have counted.
    var counters: TransportCounters { get }
    /// All workers' connections, by direction.
    var connections: [ConnectionTotals] { get }
    /// Bytes of answers that the admin listeners' clients have not taken yet.
    var waitingAnswerBytes: Int { get }
    func received(_ signal: SignalSource.Signal)
    func timerFired(_ number: UInt32)
    /// Nil while the process does not leave.
    var drainReading: DrainReading? { get }
    /// - Parameter period: how long new connections are let in; nil for what the command line said.
    func beginDrain(period: TimeSpan?)
}
