import Cryptography
import MeshTestKit
import Substrate

/// The servers behind: take requests, see that they are whole and somebody's, and do with them what their conduct says.
final class PlayedUpstream {
    private enum Action {
        case send([UInt8])
        case closeWrite, close, reset
    }

    private final class Connection {
        let end: PlayedEnd
        var reader = MessageReader(readsAnswers: false)
        var actions: [(action: Action, turns: Int)] = []
        var isOver = false
        var reads = true
        var answersEarly = false
        var hasServed = false
        var isAnswering: Bool {
            actions.contains { if case .send = $0.action { true } else { false } }
        }

        init(_ end: PlayedEnd) { self.end = end }
    }

    private let listener: SimulatedListener
    private let tls: TLSServerContext?
    private let findings: Findings
    private let byID: (Int) -> PlannedRequest?
    private var planner: Planner
    private var connections: [Connection] = []
    /// Delays nothing and misbehaves no more on its own account.
    var isCalm = false
    private(set) var receivedBytes = 0

    init(
        _ listener: SimulatedListener, tls: TLSServerContext?, planner: Planner, findings: Findings,
        byID: @escaping (Int) -> PlannedRequest?
    ) {
        self.listener = listener
        self.tls = tls
        self.planner = planner
        self.findings = findings
        self.byID = byID
    }

    func pump() throws {
        while isCalm || !planner.chance(4), let peer = listener.accept() {
            let end = try tls.map { try PlayedEnd(peer, server: $0) } ?? PlayedEnd(peer)
            connections.append(Connection(end))
        }
        for connection in connections {
            if !isCalm, planner.chance(20) { connection.reads.toggle() }
            if isCalm { connection.reads = true }
            if !connection.isOver { pump(connection) }
            if !connection.isOver { perform(connection) }
        }
        connections.removeAll { $0.isOver }
    }

    private func pump(_ connection: Connection) {
        if connection.reads || !connection.end.isEstablished {
            connection.reader.append(connection.end.take(atMost: isCalm ? .max : 1 + planner.below(20_000)))
        }
        reading: while !connection.isOver {
            switch connection.reader.next() {
            case .incomplete: break reading
            case .malformed(let fault):
                findings.record("upstream: \(fault)")
                connection.end.close()
                connection.isOver = true
            case .head: headArrived(connection)
            case .message(let message): requestArrived(message, connection)
            }
        }
        if connection.end.isOver, !connection.isOver {
            connection.end.close()
            connection.isOver = true
        } else if !isCalm, planner.knobs.misbehaves, connection.actions.isEmpty,
            connection.hasServed, connection.reader.isBetweenMessages, connection.end.unsentBytes == 0,
            planner.chance(200)
        {
            // While it is idle, or just as a request is on its way.
            connection.actions.append((.close, 0))
        }
    }

    private func planned(_ message: ReadMessage) -> PlannedRequest? {
        PlannedRequest.read(message.target).flatMap { byID($0.id) }
    }

    private func headArrived(_ connection: Connection) {
        connection.answersEarly = false
        guard let request = planned(connection.reader.message), request.conduct == .early,
            request.method != "HEAD", request.framing != .none
        else { return }
        connection.answersEarly = true
        enqueue(answer(request), connection)
    }

    private func requestArrived(_ message: ReadMessage, _ connection: Connection) {
        guard let request = planned(message), request.mayArrive, request.target == message.target else {
            return findings.record("upstream: a request that nobody sent here: \(message.startLine)")
        }
        findings.note(request.id, message.body.count)
        request.arrivals += 1
        findings.tell("upstream got \(message.startLine) with \(message.body.count)")
        // What may be repeated is, once; what may have had an effect never.
        let isKept = request.body.isEmpty || request.kind == .collect
        if request.arrivals > (request.method == "POST" || !isKept ? 1 : 2) {
            findings.record("upstream: \(request.name) came \(request.arrivals) times")
        }
        if message.body != request.body || message.method != request.method {
            findings.record(
                "upstream: \(request.name) came changed, with \(message.body.count) bytes of body")
        }
        if request.kind == .forward, message.trailers != request.trailers {
            findings.record("upstream: \(request.name) came with the trailers '\(message.trailers)'")
        }
        if connection.isAnswering, !connection.answersEarly {
            findings.record("upstream: \(request.name) came before the last answer was sent")
        }
        if !connection.answersEarly { answer(request, connection) }
    }

    private func answer(_ request: PlannedRequest, _ connection: Connection) {
        connection.hasServed = true
        switch request.conduct {
        case .silent: break
        case .closesBefore: connection.actions.append((.close, delay()))
        case .resetsBefore: connection.actions.append((.reset, delay()))
        case .breaksOff:
            let whole = answer(request)
            enqueue(Array(whole.prefix(planner.below(whole.count))), connection)
            connection.actions.append((planner.chance(2) ? .close : .reset, delay()))
        case .closeDelimited, .saysClose, .closesBehind:
            enqueue(answer(request), connection)
            connection.actions.append((.closeWrite, delay()))
        case .fixed, .chunked, .trailers, .empty, .informational, .early, .malformed, .refusedFirst,
            .unansweredFirst:
            enqueue(answer(request), connection)
        }
    }

    private func delay() -> Int { isCalm ? 0 : planner.below(4) }

    private func enqueue(_ bytes: [UInt8], _ connection: Connection) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(1 + planner.below(planner.chance(3) ? 60 : 20_000))
            connection.actions.append((.send(Array(piece)), delay()))
            rest = rest.dropFirst(piece.count)
        }
    }

    private func perform(_ connection: Connection) {
        while !connection.actions.isEmpty, !connection.isOver {
            if connection.actions[0].turns > 0, !isCalm {
                connection.actions[0].turns -= 1
                return
            }
            switch connection.actions.removeFirst().action {
            case .send(let bytes): connection.end.send(bytes)
            case .closeWrite: connection.end.closeWrite()
            case .close:
                connection.end.close()
                connection.isOver = true
            case .reset:
                connection.end.reset()
                connection.isOver = true
            }
        }
    }

    /// The bytes of the answer that the request's conduct gives.
    private func answer(_ request: PlannedRequest) -> [UInt8] {
        let hasBody = request.method != "HEAD"
        var head = "HTTP/1.1 200 OK\r\nx-id: \(request.id)\r\n"
        switch request.conduct {
        case .malformed: return Array("HTTP/1.1 2x0 OK\r\n\r\n".utf8)
        case .empty: return Array("HTTP/1.1 204 No Content\r\nx-id: \(request.id)\r\n\r\n".utf8)
        case .closeDelimited:
            if !hasBody { head += "connection: close\r\n" }
            return Array((head + "\r\n").utf8) + (hasBody ? request.answer : [])
        case .chunked, .trailers:
            let bytes = Array((head + "transfer-encoding: chunked\r\n\r\n").utf8)
            let trailers = request.conduct == .trailers ? "x-sum: \(request.id)" : ""
            return hasBody
                ? bytes + planner.chunks(request.answer, largest: 3_000, trailers: trailers) : bytes
        case .informational: head = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + head
        case .saysClose: head += "connection: close\r\n"
        default: break
        }
        let bytes = Array((head + "content-length: \(request.answer.count)\r\n\r\n").utf8)
        return hasBody ? bytes + request.answer : bytes
    }

    func close() {
        for connection in connections { connection.end.close() }
        connections = []
        listener.close()
    }
}
