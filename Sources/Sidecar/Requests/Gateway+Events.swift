import Cryptography
import HTTPTransport
import Policy
import Reactor
import Substrate
import Telemetry

/// What an operator is told of. Rare events only: each is gated, and none holds a byte that a peer chose.
extension Gateway {
    func handshakeFailed(listener: Int32, failure: TLSFailure?) {
        tell("tls", "tls.handshake_failed", .warning, subject: UInt64(listener)) { event in
            addListener(listener, to: &event)
            Self.add(failure, to: &event)
        }
    }

    func handshakeShed(listener: Int32) {
        tell("tls", "tls.handshakes_shed", .warning, subject: UInt64(listener)) { event in
            addListener(listener, to: &event)
            event.add("cause", .text("too many handshakes wait for this worker"))
        }
    }

    func endpointFailed(pool: Int32, fault: UpstreamFault) {
        let code: OpenText =
            switch fault {
            case .socket, .timeout: "upstream.connect_failed"
            case .tls: "upstream.tls_failed"
            }
        tell("upstream", code, .warning, subject: UInt64(pool)) { event in
            addEndpoint(pool, to: &event)
            switch fault {
            case .socket(let error): event.add("error", .systemError(error.code))
            case .timeout: event.add("cause", .text("it took longer than the connect timeout"))
            case .tls(let failure): Self.add(failure, to: &event)
            }
        }
    }

    /// Bytes that were no request: for whoever asks why clients get 400.
    func tellMalformed(_ reason: ReasonCode, listener: Int32) {
        tell("listener", "listener.request_refused", .debug, subject: UInt64(listener)) { event in
            addListener(listener, to: &event)
            event.add("reason", .reason(reason))
        }
    }

    func acceptPaused(listener: Int32) {
        tell("listener", "listener.accept_paused", .error, subject: UInt64(listener)) { event in
            addListener(listener, to: &event)
            event.add("cause", .text("the process is out of file descriptors: raise ulimit -n"))
        }
    }

    /// Tells what the gate has held back and nothing else will tell. From a timer.
    func summariseEvents() {
        guard let now = g[].transport?.now else { return }
        while let summary = g[].events.summary(now: now.monotonic) {
            var event = EventRecord(
                level: .warning, time: now.wall, subsystem: "log", event: "log.suppressed")
            event.suppressed = summary.suppressed
            event.add("of", .text(summary.key.event))
            event.add("subject", .count(summary.key.subject))
            logs.record(event)
        }
        let forgotten = g[].events.takeForgotten()
        if forgotten > 0 {
            // More kinds of events than are told apart at a time.
            var event = EventRecord(
                level: .warning, time: now.wall, subsystem: "log", event: "log.suppressed")
            event.suppressed = forgotten
            logs.record(event)
        }
    }

    private func tell(
        _ subsystem: OpenText, _ code: OpenText, _ level: LogLevel, subject: UInt64,
        _ fill: (inout EventRecord) -> Void
    ) {
        // First, so that what is not told costs nothing of what may be.
        guard logs.tells(level, in: subsystem), let now = g[].transport?.now,
            case .write(let suppressed) = g[].events.admit(
                EventKey(code, subject: subject), level: level, now: now.monotonic)
        else { return }
        var event = EventRecord(level: level, time: now.wall, subsystem: subsystem, event: code)
        event.suppressed = suppressed
        fill(&event)
        logs.record(event)
    }

    private func addListener(_ number: Int32, to event: inout EventRecord) {
        guard let view = g[].pins.view, Int(number) < view.listenerNames.count else { return }
        event.add("listener", .label(OpenLabel(configured: view.text, view.listenerNames[Int(number)])))
    }

    private func addEndpoint(_ pool: Int32, to event: inout EventRecord) {
        guard let view = g[].pins.view else { return }
        let tables = view.tables
        for index in 0..<tables.endpoints.count where Int32(tables.endpoints[index].id) == pool {
            let service = tables.services[Int(tables.endpoints[index].serviceIndex)]
            event.add("service", .label(OpenLabel(configured: tables.text, service.name)))
            event.add("endpoint", .label(OpenLabel(configured: view.text, view.endpointNames[index])))
            return
        }
    }

    private static func add(_ failure: TLSFailure?, to event: inout EventRecord) {
        guard let failure else {
            event.add("cause", .text("the peer went away or took too long"))
            return
        }
        event.add("cause", .text(OpenText(failure.text)))
        if case .certificateRefused(let refusal) = failure.kind {
            event.add("certificate", .text(OpenText(refusal.text)))
        }
    }
}
