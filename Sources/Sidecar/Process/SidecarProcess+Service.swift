import HTTPTransport
import Reactor
import Telemetry

extension SidecarProcess {
    /// Tells the service manager that the process is alive, if its workers are.
    func lookAfterWorkers() {
        guard watchdog != nil, let transport else { return }
        if watchdog?.look(workers.map { $0.lastProof }) == true, let round = watchdog?.round {
            service.isAlive()
            for worker in workers { worker.post(.prove(round)) }
        }
        transport.schedule(
            afterNanoseconds: watchdog?.intervalNanoseconds ?? 0, number: AdminHandler.watchdog)
    }

    /// What a service manager was not told: the operator is.
    func tellServiceFailure() {
        guard let failure = service.takeFailure() else { return }
        var event = EventRecord(
            level: .warning, time: calls.realtime(), subsystem: "service", event: "service.notify_failed")
        event.add("error", .systemError(failure.cause.code))
        logs.record(event)
    }
}
