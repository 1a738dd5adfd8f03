import HTTPTransport
import Policy
import Reactor
import Substrate
import Synchronization
import Telemetry

/// One worker: a loop, a transport, a gateway, and an inbox for the other threads.
///
/// Made on the main thread, run on its own. `@unchecked`: everything but the inbox and the atomics belongs to the
/// worker's thread once it runs.
final class Worker: ConnectionSink, @unchecked Sendable {
    /// How often memory that a burst left behind is given back.
    private static let trimNanoseconds: UInt64 = 5_000_000_000
    private static let trimTimer: UInt32 = 1
    private static let linesTimer: UInt32 = 2

    let number: Int
    let loop: EventLoop
    /// What any thread may read of its connections.
    let traffic: WorkerTraffic
    private let gateway: Gateway
    private let transport: Transport
    private let inbox: Inbox<WorkerMessage>
    private let installedRevision = Atomic<UInt64>(0)
    private let hasStoppedAccepting = Atomic<Bool>(false)
    private let provenRound = Atomic<UInt64>(0)
    private let loads: WorkerLoads
    private var listening = 0
    private var early = EarlyArrivals()
    private var pools: [Bool] = []
    private var isDraining = false
    private var isStopped = false

    init(
        number: Int, calls: SystemCalls, loads: WorkerLoads, gateway: Gateway, limits: TransportLimits
    ) throws {
        self.number = number
        self.loads = loads
        self.gateway = gateway
        loop = try EventLoop(calls: calls)
        transport = Transport(
            loop: loop, calls: calls, limits: limits, worker: number, loads: loads, handler: gateway,
            seed: calls.randomSeed())
        traffic = WorkerTraffic(transport.board)
        inbox = Inbox(loop: loop)
        gateway.g[].transport = transport
        gateway.worker = self
    }

    /// The newest revision that this worker serves.
    var revision: UInt64 { installedRevision.load(ordering: .acquiring) }
    /// It has no connection. The load counts also what another thread accepted and is still handing over.
    var isIdle: Bool { loads[number] == 0 }
    var connections: Int { Int(loads[number]) }

    /// The last round of `.prove` that it has answered.
    var lastProof: UInt64 { provenRound.load(ordering: .acquiring) }

    /// Told to drain: accepts no more.
    var isLeaving: Bool { hasStoppedAccepting.load(ordering: .acquiring) }

    func setPeers(_ workers: [Worker]) { transport.setPeers(workers) }

    func start() throws -> ThreadHandle {
        try Threads.start(name: "or-worker-\(number)") { [self] in run() }
    }

    /// Any thread.
    func post(_ message: WorkerMessage) { inbox.post(message) }

    func adopt(_ connection: AcceptedConnection) { inbox.post(.adopt(connection)) }

    // MARK: On the thread

    private func run() {
        begin()
        while !isStopped { turn() }
        gateway.flushLines()
        transport.destroy()
    }

    func begin() {
        retireIdleSeries()
        transport.schedule(afterNanoseconds: Self.trimNanoseconds, number: Self.trimTimer)
    }

    private func retireIdleSeries() {
        gateway.metrics.retireIdleSeries(now: transport.now.monotonic, wall: transport.now.wall)
    }

    func turn() {
        transport.turn()
        inbox.drain { handle($0) }
    }

    private func handle(_ message: WorkerMessage) {
        switch message {
        case .adopt(let connection):
            if let connection = early.admit(connection, listeners: listening) { transport.adopt(connection) }
        case .install(let snapshot):
            install(snapshot)
            for connection in early.take(listeners: listening) { transport.adopt(connection) }
        case .listenersReleased: gateway.settleFarewells()
        case .report(let report):
            report.add(
                worker: number, gateway.status(transport.poolStatus, now: transport.now.monotonic))
        case .announceClose: transport.announceClose()
        case .prove(let round): provenRound.store(round, ordering: .releasing)
        case .drain:
            isDraining = true
            transport.drain()
            hasStoppedAccepting.store(true, ordering: .releasing)
        case .taps(let taps): gateway.setTaps(taps)
        case .stop: isStopped = true
        }
    }

    /// Has the gateway hand its lines over, then.
    func scheduleLines(afterNanoseconds span: UInt64) {
        transport.schedule(afterNanoseconds: span, number: Self.linesTimer)
    }

    func timerFired(_ number: UInt32) {
        if number == Self.linesTimer { gateway.linesAreDue() }
        guard number == Self.trimTimer else { return }
        transport.trim()
        gateway.summariseEvents()
        gateway.endFarewells()
        retireIdleSeries()
        transport.schedule(afterNanoseconds: Self.trimNanoseconds, number: Self.trimTimer)
    }

    /// Switches to a snapshot between two turns: listeners, pools and policy at once.
    private func install(_ snapshot: RuntimeSnapshot) {
        traffic.learn(snapshot)
        gateway.install(snapshot)
        for (pool, target) in snapshot.targets {
            while pools.count <= Int(pool) { pools.append(false) }
            pools[Int(pool)] = true
            transport.setPool(pool, to: target)
        }
        let wanted = Set(snapshot.targets.map { $0.pool })
        for pool in pools.indices where pools[pool] && !wanted.contains(Int32(pool)) {
            pools[pool] = false
            transport.retirePool(Int32(pool))
        }
        let served = Set(snapshot.listeners.map { $0.number })
        for number in 0..<listening where !served.contains(Int32(number)) {
            transport.stopListening(Int32(number))
        }
        // New ones come in the order of their numbers, which is the order in which the transport counts.
        for listener in snapshot.listeners.sorted(by: { $0.number < $1.number }) {
            if Int(listener.number) < listening {
                transport.replaceOptions(of: listener.number, with: listener.options)
            } else {
                while listening < Int(listener.number) {
                    // Numbers of listeners that came and went before this worker heard of them.
                    transport.skipListener(options: listener.options)
                    listening += 1
                }
                if isDraining {
                    transport.skipListener(options: listener.options)
                } else {
                    _ = transport.listen(on: listener.descriptor, options: listener.options)
                }
                listening += 1
            }
        }
        installedRevision.store(snapshot.policy.revision, ordering: .releasing)
    }
}
