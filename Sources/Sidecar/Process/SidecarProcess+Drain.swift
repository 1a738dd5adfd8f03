import HTTPTransport
import MeshModel
import Reactor
import Substrate
import Telemetry

/// Performs what `Drain` says. On `or-admin`.
extension SidecarProcess {
    /// How often workers are looked at once listeners close.
    private static let drainLookNanoseconds: UInt64 = 50_000_000

    var drainReading: DrainReading? {
        guard let drain, let transport else { return nil }
        return drain.reading(at: transport.now.monotonic)
    }

    /// A signal to end. The second one is obeyed at once; an order by `POST /drain` counts for none.
    func toldToEnd() {
        timesTold += 1
        if timesTold > 1 {
            isStopping = true
        } else {
            beginDrain(period: nil)
        }
    }

    /// Only the first order counts: a drain is neither shortened nor prolonged.
    func beginDrain(period: TimeSpan?) {
        guard drain == nil, let transport else { return }
        let drain = Drain(at: transport.now.monotonic, period: period ?? options.drainPeriod)
        self.drain = drain
        state.beginDraining()
        taps?.endAll()
        for worker in workers { worker.post(.announceClose) }
        let reading = drain.reading(at: transport.now.monotonic)
        service.isStopping(reading)
        tell("process.draining") {
            $0.add("acceptsForMicroseconds", .nanoseconds(reading.acceptsForNanoseconds))
            $0.add("endsWithinMicroseconds", .nanoseconds(reading.endsWithinNanoseconds))
        }
        goOnDraining()
    }

    func goOnDraining() {
        guard let transport else { return }
        let now = transport.now.monotonic
        let sight = Drain.Sight(
            workersHaveLeft: workers.allSatisfy { $0.isLeaving },
            listenersAreClosed: configuration.hasClosedListeners,
            hasConnections: !workers.allSatisfy { $0.isIdle })
        while let action = drain?.next(at: now, seeing: sight) {
            switch action {
            case .leave: for worker in workers { worker.post(.drain) }
            case .closeListeners: configuration.closeListeners()
            case .end:
                isStopping = true
                tell("process.drained") {
                    $0.add(
                        "connectionsLeft", .count(UInt64(workers.reduce(0) { $0 + max(0, $1.connections) })))
                }
                return
            }
        }
        guard let drain else { return }
        transport.schedule(
            afterNanoseconds: drain.nanosecondsToNextLook(at: now, interval: Self.drainLookNanoseconds),
            number: AdminHandler.drainEnd)
    }

    private func tell(_ event: OpenText, _ fill: (inout EventRecord) -> Void) {
        var record = EventRecord(
            level: .info, time: calls.realtime(), subsystem: "process", event: event)
        fill(&record)
        logs.record(record)
    }
}
