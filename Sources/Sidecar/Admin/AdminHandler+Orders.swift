import HTTPTransport
import HTTPWire
import Substrate
import Telemetry

/// What the admin listener does, beside what it shows: the end, log levels, and taps.
extension AdminHandler {
    static let originRefusal = "a request with an Origin field comes from a browser"

    /// Does what is asked. Nil where nothing but an answer is.
    func follow(_ request: AdminRequest, _ exchange: ExchangePointer) -> RequestDecision? {
        let query = exchange[].head[exchange[].head.facts.query]
        switch request {
        case .drain:
            if let order = try? DrainOrder(query: query) { status.beginDrain(period: order.period) }
            return .answer
        case .setLogLevel:
            if let logs, let order = try? LogLevelOrder(query: query) { change(order, logs, exchange) }
            return .answer
        case .tap:
            guard let taps, (try? taps.check()) != nil, let order = try? TapOrder(query: query) else {
                return .answer
            }
            taps.open(order, for: exchange[].id)
            return .stream
        default: return nil
        }
    }

    private func change(_ order: LogLevelOrder, _ logs: LogThread, _ exchange: ExchangePointer) {
        order.apply(to: logs.threshold)
        var event = EventRecord(
            level: .info, time: exchange[].startedAt.wall, subsystem: "log", event: "log.level_changed")
        event.add("newLevel", .text(order.level.label))
        event.add("of", .text(order.subsystem?.label ?? "all"))
        logs.record(event)
    }

    /// Writes the body of an answer to an order: what is in force now, or why it was not followed.
    func writeOrder(
        _ request: AdminRequest, _ head: MessageHead, into body: inout ByteBuffer
    ) -> (UInt16, StaticString) {
        do throws(AdminRefusal) {
            let query = head[head.facts.query]
            switch request {
            case .drain:
                _ = try DrainOrder(query: query)
                DrainOrder.append(status.drainReading, into: &body)
                return (202, "application/json")
            case .setLogLevel: _ = try LogLevelOrder(query: query)
            case .tap:
                // A tap that is in order is a stream, and not answered here.
                try taps?.check()
                _ = try TapOrder(query: query)
            default: break
            }
        } catch {
            return Self.write(error, into: &body)
        }
        if let logs { LogLevelOrder.append(logs.threshold, into: &body) }
        return (200, "application/json")
    }

    static func write(_ refusal: AdminRefusal, into body: inout ByteBuffer) -> (UInt16, StaticString) {
        body.append("{\"title\":\"")
        body.append(Bytes(HTTPStatus.phrase(refusal.status)))
        body.append("\",\"status\":")
        body.append(decimal: UInt64(refusal.status))
        body.append(",\"detail\":\"")
        body.append(text: refusal.detail)
        body.append("\"}\n")
        return (refusal.status, "application/problem+json")
    }

    // MARK: Streams

    func writeStreamHead(_ exchange: ExchangePointer, into output: inout ByteBuffer) -> UInt16 {
        HTTP1Encoder.statusLine(200, into: &output)
        HTTP1Encoder.field("content-type", "application/x-ndjson", into: &output)
        HTTP1Encoder.field("cache-control", "no-store", into: &output)
        HTTP1Encoder.field("x-content-type-options", "nosniff", into: &output)
        return 200
    }

    func writeStream(
        _ exchange: ExchangePointer, room: Int, ending: Bool, into output: inout ByteBuffer
    ) -> StreamStep {
        taps?.write(exchange[].id, room: room, ending: ending, into: &output) ?? .end
    }

    /// For whoever asks who operates the process.
    func tell(_ exchange: ExchangePointer) {
        guard let logs, logs.tells(.debug, in: "admin") else { return }
        let request = AdminRequest(exchange[].head, isFull: fullListeners.contains(exchange[].listener))
        var event = EventRecord(
            level: .debug, time: exchange[].startedAt.wall, subsystem: "admin", event: "admin.answered")
        event.add("request", .text(request.label))
        event.add("status", .count(UInt64(exchange[].status)))
        logs.record(event)
    }
}

extension AdminRequest {
    /// The methods that a 405 names.
    var allow: StaticString {
        if case .methodRefused(let methods) = self { methods.allow } else { "GET, HEAD" }
    }

    /// The path, as far as it is a known one.
    var label: OpenText {
        switch self {
        case .health: "/healthz"
        case .readiness: "/readyz"
        case .metrics: "/metrics"
        case .configuration: "/config"
        case .clusters: "/clusters"
        case .drain: "/drain"
        case .logLevels, .setLogLevel: "/loglevel"
        case .tap: "/tap"
        case .notFound, .methodRefused, .originRefused: "refused"
        }
    }
}
