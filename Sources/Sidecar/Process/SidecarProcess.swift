import Cryptography
import Glibc
import HTTPTransport
import HTTPWire
import MeshModel
import Policy
import Reactor
import Substrate
import Synchronization
import Telemetry

/// One running sidecar: its threads, from the first configuration to the last answer.
public final class SidecarProcess: ProcessControl {
    public enum ExitCode: Int32, Sendable {
        case stopped = 0
        case configurationRefused = 1
        case commandLineRefused = 2
        case startFailed = 3
    }

    private static let housekeepingNanoseconds: UInt64 = 5_000_000_000

    let options: SidecarOptions
    let calls = SystemCalls.linux
    let state = AdminState()
    let identities: IdentityRegistry
    private let tickets: TicketKeys
    private let certificates = CertificateWatch()
    let metrics: MetricsRegistry
    let logs: LogThread
    let configuration: ConfigurationThread
    var workers: [Worker] = []
    private let loop: EventLoop
    private let reports: Inbox<ClusterReport>
    var transport: Transport?
    var taps: OpenTaps?
    /// The first configuration, until the workers have it.
    private var first: RuntimeSnapshot?
    var drain: Drain?
    /// Signals to end so far.
    var timesTold = 0
    var isStopping = false
    var watchdog: Watchdog?
    private var housekeepingRounds = 0
    /// The admin and status listeners.
    private var ownListeners: [(descriptor: FileDescriptor, address: MeshAddress, isInherited: Bool)] = []
    let service: ServiceManager
    private let inherited: InheritedListeners

    private init(_ options: SidecarOptions, _ environment: ServiceEnvironment) throws {
        self.options = options
        inherited = try InheritedListeners(environment.listeners, calls: calls)
        service = ServiceManager(socket: environment.notifySocket)
        watchdog = environment.watchdogNanoseconds.map { Watchdog(limitNanoseconds: $0) }
        identities = IdentityRegistry(seed: calls.randomSeed())
        tickets = TicketKeys(now: calls.realtime())
        metrics = MetricsRegistry(workers: options.workers + 2)
        // One place more than threads: `or-admin` and `or-log` count too.
        logs = try LogThread(calls: calls, metrics: metrics.worker(options.workers + 1))
        configuration = try ConfigurationThread(
            calls: calls, loader: ConfigurationLoader(paths: options.configurationPaths),
            builder: SnapshotBuilder(
                calls: calls, identities: identities, inherited: inherited, tickets: tickets,
                certificates: certificates),
            state: state, logs: logs, service: service)
        loop = try EventLoop(calls: calls)
        reports = Inbox(loop: loop)
    }

    // MARK: The whole life

    /// Follows a command line to its end. Prints what a person must know to standard error.
    public static func main(_ arguments: [String]) -> ExitCode {
        let options: SidecarOptions
        do {
            options = try SidecarOptions(arguments: arguments)
        } catch {
            say("outrigger-sidecar: \(error)")
            return .commandLineRefused
        }
        switch options.mode {
        case .help:
            print(SidecarOptions.usage)
            return .stopped
        case .version:
            print("outrigger-sidecar \(BuildVersion.text)")
            return .stopped
        case .check:
            return check(options)
        case .run:
            return run(options)
        }
    }

    private static func check(_ options: SidecarOptions) -> ExitCode {
        do {
            let configuration = try ConfigurationLoader(paths: options.configurationPaths).load()
            try SnapshotBuilder.check(
                configuration, identities: IdentityRegistry(seed: SystemCalls.linux.randomSeed()))
            print("configuration is valid: \(configuration.resourceCount) resources")
            return .stopped
        } catch {
            for problem in ConfigurationThread.problems(of: error) { say(problem) }
            return .configurationRefused
        }
    }

    private static func run(_ options: SidecarOptions) -> ExitCode {
        do {
            let environment = try ServiceEnvironment.take()
            CrashReport.install(
                version: BuildVersion.text, Direction.allCases.map { ($0.rawValue, $0.label.text) })
            _ = try FileLimit.raise()
            // Blocked before the first thread starts, so that every thread inherits it, and before the configuration
            // is read, so that none is lost.
            let signals = try SignalSource()
            if let directory = options.stateDirectory { try StateDirectory.prepare(directory) }
            let process = try SidecarProcess(options, environment)
            do {
                process.first = try process.configuration.boot()
            } catch {
                for problem in ConfigurationThread.problems(of: error) { say(problem) }
                return error is ReactorError ? .startFailed : .configurationRefused
            }
            // However it ends, nothing stays behind in the file system.
            defer { process.releaseListeners() }
            try process.serve(signals)
            return .stopped
        } catch {
            say("outrigger-sidecar: \(error)")
            return .startFailed
        }
    }

    private static func say(_ text: String) {
        var line = Array((text + "\n").utf8)
        _ = unsafe write(STDERR_FILENO, &line, line.count)
    }

    private func serve(_ signals: SignalSource) throws {
        let handler = AdminHandler(
            state: state, metrics: metrics, identities: identities,
            build: BuildInfo(
                version: OpenName(configured: "\(BuildVersion.text)"), revision: "", compiler: "swift"),
            control: self)
        let transport = try openAdmin(handler)
        let loads = WorkerLoads(workers: options.workers)
        handler.spans = try openSpans(try makeWorkers(loads), transport)
        var threads = [try logs.start()]
        let (first, revision) = installFirst()
        for worker in workers { threads.append(try worker.start()) }
        threads.append(try configuration.start(workers: workers, loads: loads))
        while workers.contains(where: { $0.revision < revision }) { waitOneMillisecond() }
        state.accepted(first, revision: revision)
        announce()
        closeUnusedListeners()
        service.isReady(revision: state.revision, workers: workers.count)
        watchCertificates(now: calls.realtime())
        tellServiceFailure()
        // Reading and compiling the configuration has touched far more code than serving will.
        Heap.trim()
        Heap.releaseCleanPages()
        let taps = OpenTaps(inbox: Inbox(loop: loop), logs: logs, calls: calls) { [self] sessions in
            for worker in workers { worker.post(.taps(sessions)) }
        }
        self.taps = taps
        handler.taps = taps
        handler.logs = logs
        handler.signalSource = signals
        transport.watch(signals.descriptor, number: AdminHandler.signals)
        transport.schedule(afterNanoseconds: Self.housekeepingNanoseconds, number: AdminHandler.housekeeping)
        lookAfterWorkers()
        while !isStopping {
            transport.turn()
            reports.drain { report in
                if let exchange = handler.take(report) { _ = transport.answerLater(exchange) }
            }
            taps.attend(transport)
        }
        for worker in workers { worker.post(.stop) }
        configuration.stop()
        for thread in threads.dropFirst() { thread.join() }
        handler.spans?.flush()
        logs.stop()
        threads[0].join()
        transport.destroy()
    }

    /// Hands the first snapshot over. It is the workers' alone from here on: what holds it for longer keeps its tables and
    /// its logs for longer.
    private func installFirst() -> (MeshConfiguration, revision: UInt64) {
        guard let snapshot = first else { preconditionFailure("a process serves what it has booted") }
        first = nil
        for worker in workers { worker.post(.install(snapshot)) }
        return (snapshot.configuration, snapshot.policy.revision)
    }

    private func releaseListeners() {
        configuration.releaseListeners()
        for (descriptor, address, isInherited) in ownListeners {
            ListenerBook.release(descriptor, at: address, isInherited: isInherited, calls)
        }
    }

    private func waitOneMillisecond() {
        _ = loop.timers.schedule(at: calls.monotonic().adding(nanoseconds: 1_000_000), token: 0)
        _ = loop.poll(hasWork: false)
        while loop.timers.popExpired(now: loop.now.monotonic) != nil {}
    }

    private func openAdmin(_ handler: AdminHandler) throws -> Transport {
        let transport = Transport(
            loop: loop, calls: calls, limits: TransportLimits(), worker: 0, loads: WorkerLoads(workers: 1),
            handler: handler, seed: calls.randomSeed())
        self.transport = transport
        let plain = ListenerOptions(
            tls: nil, limits: HTTP1Limits(), headTimeoutNanoseconds: 10_000_000_000,
            idleTimeoutNanoseconds: 60_000_000_000)
        for (address, isFull) in [(options.admin, true)] + (options.status.map { [($0, false)] } ?? []) {
            guard let socket = SocketAddress(address) else {
                throw SnapshotBuilder.Refusal(["address \(address) cannot be used"])
            }
            let (descriptor, isInherited) = try inherited.takeOrListen(socket, calls: calls)
            ownListeners.append((descriptor, address, isInherited))
            let number = transport.listen(on: descriptor, options: plain)
            if isFull { handler.fullListeners.insert(number) }
        }
        return transport
    }

    private func makeWorkers(_ loads: WorkerLoads) throws -> [Gateway] {
        var gateways: [Gateway] = []
        for number in 0..<options.workers {
            let gateway = Gateway(
                metrics: metrics.worker(number), logs: logs, retired: configuration, identities: identities,
                calls: calls, crashRing: CrashRing(worker: number))
            gateways.append(gateway)
            workers.append(
                try Worker(
                    number: number, calls: calls, loads: loads, gateway: gateway, limits: TransportLimits()))
        }
        for worker in workers { worker.setPeers(workers) }
        return gateways
    }

    /// A socket that nothing uses would take connections that nobody answers.
    private func closeUnusedListeners() {
        for unused in inherited.closeUnused(calls: calls) {
            var event = EventRecord(
                level: .warning, time: calls.realtime(), subsystem: "service", event: "service.socket_unused")
            event.add("address", .name(OpenName(configured: "\(unused.address)")))
            event.add("name", .name(OpenName(configured: unused.name)))
            logs.record(event)
        }
    }

    private func announce() {
        var event = EventRecord(
            level: .info, time: calls.realtime(), subsystem: "process", event: "process.ready")
        event.add("revision", .count(state.revision))
        event.add("workers", .count(UInt64(workers.count)))
        logs.record(event)
    }

    // MARK: ProcessControl

    func requestReport(for exchange: SlotID) -> ClusterReport {
        let inbox = reports
        let report = ClusterReport(workers: workers.count) { inbox.post($0) }
        for worker in workers { worker.post(.report(report)) }
        return report
    }

    var counters: TransportCounters {
        workers.reduce(into: TransportCounters()) { $0.add($1.traffic.counters) }
    }

    var connections: [ConnectionTotals] {
        let empty = [ConnectionTotals](repeating: ConnectionTotals(), count: Direction.allCases.count)
        return workers.reduce(into: empty) { sums, worker in
            for (index, totals) in worker.traffic.totals.enumerated() { sums[index].add(totals) }
        }
    }

    var waitingAnswerBytes: Int { transport?.waitingAnswerBytes ?? 0 }

    func gauges(_ counters: TransportCounters) -> [MetricFamily] {
        [
            MetricFamily(
                name: "outrigger_config_revision", kind: .gauge,
                help: "Revision of the configuration in force.",
                samples: [MetricFamily.Sample(value: Double(state.revision))]),
            MetricFamily(
                name: "outrigger_config_refused_total", kind: .counter,
                help: "Configurations refused since the start.",
                samples: [MetricFamily.Sample(value: Double(state.refusals))]),
            MetricFamily(
                name: "outrigger_tls_handshakes_total", kind: .counter, help: "TLS handshakes with clients.",
                samples: counters.handshakeSamples),
            MetricFamily(
                name: "outrigger_slow_clients_total", kind: .counter,
                help: "Clients given up because they took or sent next to nothing.",
                samples: [
                    MetricFamily.Sample(
                        labels: [MetricFamily.Label("what", "answer")], value: Double(counters.slowReaders)),
                    MetricFamily.Sample(
                        labels: [MetricFamily.Label("what", "body")], value: Double(counters.slowSenders)),
                ]),
            MetricFamily(
                name: "outrigger_accept_pauses_total", kind: .counter,
                help: "Times that accepting paused for want of file descriptors.",
                samples: [MetricFamily.Sample(value: Double(counters.acceptPauses))]),
        ] + certificates.families
    }

    func received(_ signal: SignalSource.Signal) {
        switch signal {
        case .hangup:
            // A process that is leaving opens nothing new.
            if drain == nil { configuration.reload() }
        case .terminate, .interrupt: toldToEnd()
        case .user1: configuration.reopenLogs()
        }
    }

    func timerFired(_ number: UInt32) {
        guard let transport else { return }
        if number == AdminHandler.housekeeping {
            // Workers have trimmed their tables: the allocator gives the pages back.
            Heap.trim()
            tellServiceFailure()
            watchCertificates(now: transport.now.wall)
            reclaimSeries()
            transport.schedule(
                afterNanoseconds: Self.housekeepingNanoseconds, number: AdminHandler.housekeeping)
        } else if number == AdminHandler.drainEnd {
            goOnDraining()
        } else if number == AdminHandler.watchdog {
            lookAfterWorkers()
        }
    }

    /// Every so many rounds of housekeeping: a minute.
    private static let roundsPerReclaim = 12

    private func reclaimSeries() {
        housekeepingRounds += 1
        if housekeepingRounds.isMultiple(of: Self.roundsPerReclaim) { metrics.reclaim() }
    }

    /// Keys of tickets are wiped in their time though nobody comes, and who must renew a certificate is told.
    private func watchCertificates(now: WallTime) {
        tickets.advance(to: now)
        for event in certificates.events(now: now) { logs.record(event) }
    }
}
