import HTTPTransport
import MeshModel
import Policy
import Reactor
import Substrate
import Synchronization
import Telemetry

/// `or-config`: reads, checks and compiles configurations, hands them to the workers, and frees old ones.
///
/// `@unchecked`: the builder and what is retired belong to the thread; the rest is its inbox.
final class ConfigurationThread: SnapshotSink, @unchecked Sendable {
    private enum Order: Sendable {
        case reload
        case dispose(RuntimeSnapshot)
        case closeListeners
        case reopenLogs
        case stop
    }

    /// Handshakes that had begun when a listener was sealed have this long to end.
    private static let handshakeMilliseconds = 100

    private let loop: EventLoop
    /// For waiting in the middle of an order: the other loop's wake-ups are the inbox's.
    private let pause: EventLoop
    private let inbox: Inbox<Order>
    private let loader: ConfigurationLoader
    let calls: SystemCalls
    private let state: AdminState
    let logs: LogThread
    private let service: ServiceManager
    private var crashNames = CrashNames()
    private let closed = Atomic<Bool>(false)
    var builder: SnapshotBuilder
    private var workers: [Worker] = []
    private var loads = WorkerLoads(workers: 0)

    init(
        calls: SystemCalls, loader: ConfigurationLoader, builder: SnapshotBuilder, state: AdminState,
        logs: LogThread, service: ServiceManager
    ) throws {
        self.calls = calls
        self.loader = loader
        self.builder = builder
        self.state = state
        self.logs = logs
        self.service = service
        loop = try EventLoop(calls: calls)
        pause = try EventLoop(calls: calls)
        inbox = Inbox(loop: loop)
    }

    func start(workers: [Worker], loads: WorkerLoads) throws -> ThreadHandle {
        self.workers = workers
        self.loads = loads
        return try Threads.start(name: "or-config") { [self] in run() }
    }

    /// Any thread: read the files again.
    func reload() { inbox.post(.reload) }

    /// Any thread: logs may have been renamed; open them by their paths again.
    func reopenLogs() { inbox.post(.reopenLogs) }

    func dispose(_ snapshot: RuntimeSnapshot) { inbox.post(.dispose(snapshot)) }

    /// Any thread: no worker accepts any more, and nobody shall wait in a backlog.
    func closeListeners() { inbox.post(.closeListeners) }

    /// Any thread: `closeListeners` is done, and who waited in a backlog is counted in the workers' loads.
    var hasClosedListeners: Bool { closed.load(ordering: .acquiring) }

    func stop() { inbox.post(.stop) }

    /// The first configuration, on the main thread before this one starts.
    func boot() throws -> RuntimeSnapshot {
        let snapshot = try builder.build(loader.load())
        logs.setFiles(builder.logs.descriptors)
        crashNames.learn(builder.identities)
        tellListeners(since: ListenerBook())
        return snapshot
    }

    /// Closes every listener. Only while the thread does not run: before its start, or behind its end.
    func releaseListeners() { builder.releaseAllListeners() }

    // MARK: On the thread

    private func run() {
        var stopped = false
        while !stopped {
            _ = loop.poll(hasWork: false)
            inbox.drain { order in
                switch order {
                case .reload: apply()
                // The last reference ends here: tables are freed on this thread.
                case .dispose: break
                case .closeListeners:
                    builder.closeAllListeners()
                    releaseListenersThatLeft()
                    closed.store(true, ordering: .releasing)
                case .reopenLogs: reopen()
                case .stop: stopped = true
                }
            }
            // Behind the drain, whose orders held the last snapshots.
            closeUnusedLogs()
        }
    }

    private func apply() {
        service.isReloading(at: calls.monotonic())
        defer { service.isReady(revision: state.revision, workers: workers.count) }
        do {
            let former = builder.book
            let snapshot = try builder.build(loader.load())
            logs.setFiles(builder.logs.descriptors)
            crashNames.learn(builder.identities)
            tellListeners(since: former)
            for worker in workers { worker.post(.install(snapshot)) }
            // A worker that is stuck may still watch a socket: its number must not become another's.
            if waitUntilInstalled(snapshot.policy.revision) { releaseListenersThatLeft() }
            state.accepted(snapshot.configuration, revision: snapshot.policy.revision)
            var event = EventRecord(
                level: .info, time: calls.realtime(), subsystem: "config", event: "config.accepted")
            event.add("revision", .count(snapshot.policy.revision))
            logs.record(event)
            Heap.releaseCleanPages()
        } catch {
            let problems = Self.problems(of: error)
            state.refused(problems)
            for problem in problems {
                var event = EventRecord(
                    level: .error, time: calls.realtime(), subsystem: "config", event: "config.refused")
                event.add("problem", .name(OpenName(configured: problem)))
                logs.record(event)
            }
        }
    }

    /// Workers switch at the start of a turn, so this takes a turn's time.
    private func waitUntilInstalled(_ revision: UInt64) -> Bool {
        for _ in 0..<5_000 where workers.contains(where: { $0.revision < revision }) { waitOneMillisecond() }
        return !workers.contains { $0.revision < revision }
    }

    /// Closes the sockets that no worker accepts from any more, behind the last connection: nobody new comes to them, and
    /// who waits goes to a worker.
    private func releaseListenersThatLeft() {
        guard !builder.leavingListeners.isEmpty else { return }
        builder.sealLeavingListeners()
        acceptLast()
        for _ in 0..<Self.handshakeMilliseconds {
            waitOneMillisecond()
            acceptLast()
        }
        builder.releaseClosedListeners()
        for worker in workers { worker.post(.listenersReleased) }
    }

    private func acceptLast() {
        // Whoever waits for an inherited socket waits for the next process that gets it.
        for (number, descriptor, isInherited) in builder.leavingListeners where !isInherited {
            Sockets.acceptWaiting(descriptor, calls: calls) { connection, peer in
                workers[loads.assign()].adopt(
                    AcceptedConnection(descriptor: connection, listener: Int32(number), peer: peer))
            }
        }
    }

    private func waitOneMillisecond() {
        _ = pause.timers.schedule(at: calls.monotonic().adding(nanoseconds: 1_000_000), token: 0)
        _ = pause.poll(hasWork: false)
        while pause.timers.popExpired(now: pause.now.monotonic) != nil {}
    }

    static func problems(of error: any Error) -> [String] {
        if let invalid = error as? InvalidConfiguration {
            let problems = invalid.problems.map { "\($0)" }
            return invalid.omitted > 0 ? problems + ["and \(invalid.omitted) more"] : problems
        }
        if let refusal = error as? SnapshotBuilder.Refusal { return refusal.problems }
        return ["\(error)"]
    }
}
