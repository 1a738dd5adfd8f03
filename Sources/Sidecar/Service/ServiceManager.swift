import Reactor
import Substrate
import Synchronization

/// Tells a service manager how the process is. Does nothing where there is none.
///
/// Any thread, but never a worker. Once the process is leaving, nothing else is said of it.
final class ServiceManager: Sendable {
    private let socket: String?
    private let isLeaving = Atomic<Bool>(false)
    private let failure = Mutex<ReactorError?>(nil)

    init(socket: String?) { self.socket = socket }

    func isReady(revision: UInt64, workers: Int) {
        guard !isLeaving.load(ordering: .acquiring) else { return }
        send(
            "READY=1\nSTATUS=Serving revision \(revision) with \(workers) \(workers == 1 ? "worker" : "workers")."
        )
    }

    func isReloading(at now: MonotonicTime) {
        guard !isLeaving.load(ordering: .acquiring) else { return }
        send("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)\nSTATUS=Reading the configuration again.")
    }

    func isStopping(_ reading: DrainReading) {
        isLeaving.store(true, ordering: .releasing)
        send(Self.stopping(reading))
    }

    /// The service manager's own patience must not end before the drain does.
    static func stopping(_ reading: DrainReading) -> String {
        "STOPPING=1\nEXTEND_TIMEOUT_USEC=\(reading.endsWithinNanoseconds / 1000 + 1_000_000)\n"
            + "STATUS=Draining: accepts for \(reading.acceptsForNanoseconds / 1_000_000) ms, "
            + "ends within \(reading.endsWithinNanoseconds / 1_000_000) ms."
    }

    /// The workers make progress.
    func isAlive() { send("WATCHDOG=1") }

    /// The first failure to tell it something, once.
    func takeFailure() -> ReactorError? {
        failure.withLock { failure in
            defer { failure = nil }
            return failure
        }
    }

    private func send(_ text: String) {
        guard let socket else { return }
        do {
            try ServiceSocket.send(text, to: socket)
        } catch {
            failure.withLock { $0 = $0 ?? error }
        }
    }
}
