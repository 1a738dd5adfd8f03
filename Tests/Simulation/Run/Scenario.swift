import Cryptography
import HTTPTransport
import HTTPWire
import MeshTestKit
import Reactor
import Substrate

/// One seed: clients, an upstream that may misbehave, cuts, pauses, faults and changes at random moments, and then rest.
/// Whatever the order of things, answers are whole and belong to their requests, and nothing stays.
final class Scenario {
    let knobs: Knobs
    let findings = Findings()
    let network: SimulatedNetwork
    private(set) var workers: [SimulatedWorker] = []
    private(set) var clients: [PlayedClient] = []
    private let seed: UInt64
    private let credentials: Credentials
    private var planner: Planner
    private let calls: SystemCalls
    private var listener: FileDescriptor
    private let address: SocketAddress
    private var upstream: PlayedUpstream?
    private var target: UpstreamTarget
    private var options: ListenerOptions
    private let loads: WorkerLoads
    private var byID: [Int: PlannedRequest] = [:]
    private var frozen: Set<Int> = []
    private var hasDrained = false
    private var hasStopped = false
    private var turns = 0
    private let clientContext: TLSClientContext?

    init(seed: UInt64, credentials: Credentials, trace: ((String) -> Void)? = nil) throws {
        RepeatableRandomness.begin(seed: seed)
        self.seed = seed
        self.credentials = credentials
        var random = RandomSource(seed: seed)
        knobs = Knobs(&random)
        planner = Planner(knobs: knobs, random: random)
        network = SimulatedNetwork(seed: seed)
        network.bufferBytes = knobs.bufferBytes
        network.traceLine = trace
        findings.traceLine = trace
        calls = network.calls
        listener = try Sockets.listen(SocketAddress(ipv4: (127, 0, 0, 1), port: 0), calls: calls)
        address = try Sockets.localAddress(of: listener, calls: calls)
        options = ListenerOptions(
            tls: knobs.tlsDownstream ? try credentials.serverContext() : nil, limits: HTTP1Limits(),
            headTimeoutNanoseconds: knobs.headTimeout, idleTimeoutNanoseconds: knobs.idleTimeout,
            progress: knobs.progress)
        clientContext = knobs.tlsDownstream ? try credentials.clientContext() : nil
        let behind = network.listen(SocketAddress(ipv4: (127, 0, 0, 1), port: 0))
        target = UpstreamTarget(
            address: behind.address, tls: knobs.tlsUpstream ? try credentials.clientContext() : nil,
            connectTimeoutNanoseconds: knobs.connectTimeout, idleTimeoutNanoseconds: 3_000_000_000, maxIdle: 4
        )
        loads = WorkerLoads(workers: knobs.workers)
        upstream = PlayedUpstream(
            behind, tls: knobs.tlsUpstream ? try credentials.serverContext() : nil,
            planner: Planner(knobs: knobs, random: RandomSource(seed: ~seed)), findings: findings,
            byID: { [unowned self] in byID[$0] })
        try makeWorkers()
    }

    private func makeWorkers() throws {
        let dead = SocketAddress(ipv4: (127, 0, 0, 2), port: 1)
        let silent = SocketAddress(ipv4: (127, 0, 0, 3), port: 1)
        network.blackHole(silent)
        for number in 0..<knobs.workers {
            let worker = try SimulatedWorker(
                number, calls: calls, knobs: knobs, loads: loads, findings: findings, seed: seed)
            _ = worker.transport.listen(on: listener, options: options)
            worker.transport.setPool(ContractHandler.Pool.good, to: target)
            for (pool, address) in [
                (ContractHandler.Pool.refused, dead), (ContractHandler.Pool.unanswered, silent),
            ] {
                var unreachable = target
                unreachable.address = address
                worker.transport.setPool(pool, to: unreachable)
            }
            workers.append(worker)
        }
        for worker in workers { worker.transport.setPeers(workers.map(\.handover)) }
    }

    // MARK: The run

    func run() throws -> Findings {
        let count = 3 + planner.below(6)
        var unborn = count
        for _ in 0..<(40 + planner.below(160)) {
            if unborn > 0, planner.chance(4) || unborn == count {
                try connect(count - unborn)
                unborn -= 1
            }
            for client in clients where planner.chance(2) { disturb(client) }
            meddle()
            try turn(isResting: false)
        }
        while unborn > 0 {
            try connect(count - unborn)
            unborn -= 1
        }
        settle()
        let isOver = try rest(seconds: 600) { isQuiet }
        if !isOver { tellWhoWaits() }
        for client in clients where !frozen.contains(client.number) { client.conclude() }
        try end()
        return findings
    }

    private func connect(_ number: Int) throws {
        let peer = network.client(connectTo: address)
        let end = try clientContext.map { try PlayedEnd(peer, client: $0) } ?? PlayedEnd(peer)
        let client = PlayedClient(number, end, planner.requests(), knobs, findings)
        for request in client.requests { byID[request.id] = request }
        clients.append(client)
    }

    /// What a client does on a whim.
    private func disturb(_ client: PlayedClient) {
        if !planner.chance(3) { client.send(atMost: 1 + planner.below(planner.chance(2) ? 40 : 8_000)) }
        if planner.chance(5) { client.reads.toggle() }
        client.maxBytesPerPump = planner.chance(2) ? .max : 1 + planner.below(900)
        if knobs.misbehaves, planner.chance(150) { client.leave(byReset: planner.chance(2)) }
        if client.hasSentAll, planner.chance(20) { client.shut() }
    }

    /// What the world and the operator do on a whim.
    private func meddle() {
        if knobs.changesNetwork, planner.chance(20) {
            network.maxBytesPerRead =
                planner.chance(2) ? nil : 1 + planner.below(planner.chance(3) ? 40 : 3_000)
            network.maxBytesPerWrite =
                planner.chance(2) ? nil : 1 + planner.below(planner.chance(3) ? 40 : 3_000)
        }
        if knobs.runsOutOfDescriptors, planner.chance(10) { runOutOfDescriptors() }
        let worker = workers[planner.below(workers.count)]
        if !worker.handler.waiting.isEmpty, planner.chance(3) { answerWaiting(worker) }
        if knobs.drains, !hasDrained, planner.chance(80) { drain() }
        if knobs.stopsListening, !hasStopped, planner.chance(60) {
            hasStopped = true
            for worker in workers { worker.transport.stopListening(0) }
        }
        if knobs.changesConfiguration, planner.chance(15) { reconfigure() }
    }

    private func runOutOfDescriptors() {
        switch planner.below(6) {
        case 0, 1: network.descriptorLimit = network.openDescriptors + planner.below(3)
        case 2: network.descriptorLimit = 1_000_000
        case 3: network.failNext(.accept, with: planner.chance(2) ? .tooManyFiles : .connectionAborted)
        case 4: network.failNext(.socket, with: planner.chance(2) ? .tooManyFiles : .noBufferSpace)
        default: network.failNext(.connect, with: planner.chance(2) ? .addressNotAvailable : .hostUnreachable)
        }
    }

    private func answerWaiting(_ worker: SimulatedWorker) {
        let index = planner.below(worker.handler.waiting.count)
        _ = worker.transport.answerLater(worker.handler.waiting.remove(at: index))
    }

    private func drain() {
        hasDrained = true
        for worker in workers { worker.transport.drain() }
    }

    /// A new configuration that is like the old one in all that can be seen from outside.
    private func reconfigure() {
        for worker in workers {
            worker.transport.replaceOptions(of: 0, with: options)
            if planner.chance(3) { worker.transport.retirePool(ContractHandler.Pool.good) }
            target.maxIdle = planner.below(5)
            worker.transport.setPool(ContractHandler.Pool.good, to: target)
            if planner.chance(3) { worker.transport.trim() }
        }
    }

    private func turn(isResting: Bool) throws {
        turns += 1
        for worker in workers { worker.turn(wakes: knobs.wakes) }
        try upstream?.pump()
        for client in clients { client.pump() }
        if knobs.isTimed {
            network.advance(nanoseconds: UInt64(planner.below(isResting ? 100_000_000 : 20_000_000)))
        } else if knobs.wakes {
            network.advance(nanoseconds: isResting ? 10_000_000 : 100_000)
        }
        if turns % 8 == 0 { checkMemory() }
    }

    /// From now on nobody is in the way of anybody.
    private func settle() {
        upstream?.isCalm = true
        network.descriptorLimit = 1_000_000
        // A byte a turn would take longer than any patience.
        network.maxBytesPerRead = network.maxBytesPerRead.map { max($0, 500) }
        network.maxBytesPerWrite = network.maxBytesPerWrite.map { max($0, 500) }
        for call in [SimulatedCall.accept, .socket, .connect] {
            network.failNext(call, with: .tooManyFiles, times: 0)
        }
        // Nobody will take who waits at a listener that nobody serves.
        if hasDrained || hasStopped { closeListener() }
        for client in clients where !client.hasLeft {
            if knobs.isTimed, planner.chance(3) {
                // Neither reads, nor sends, nor goes away.
                client.reads = false
                frozen.insert(client.number)
                continue
            }
            client.reads = true
            client.maxBytesPerPump = .max
            client.send(atMost: .max)
            if planner.chance(3) { client.shut() }
        }
    }

    private func closeListener() {
        guard listener >= 0 else { return }
        for worker in workers { worker.transport.stopListening(0) }
        calls.close(listener)
        listener = -1
    }

    /// Without timeouts: every client has what it asked for. With them: nobody is left.
    private var isQuiet: Bool {
        if knobs.isTimed {
            return workers.allSatisfy { $0.transport.serverConnections == 0 } && noneWaitsOutside
        }
        return clients.allSatisfy(\.isDone)
    }

    private var noneWaitsOutside: Bool {
        clients.allSatisfy { $0.hasLeft || $0.end.isOver || frozen.contains($0.number) }
    }

    private func rest(seconds: UInt64, until isOver: () -> Bool) throws -> Bool {
        let deadline = network.now.adding(nanoseconds: seconds * 1_000_000_000)
        var count = 0
        while !isOver() {
            guard network.now < deadline, count < 200_000 else { return false }
            count += 1
            for worker in workers where !worker.handler.waiting.isEmpty { answerWaiting(worker) }
            try turn(isResting: true)
        }
        return true
    }

    // MARK: The end

    private func end() throws {
        for client in clients { client.leave(byReset: false) }
        closeListener()
        let isEmpty = try rest(seconds: 600) { workers.allSatisfy { $0.transport.serverConnections == 0 } }
        findings.expect(isEmpty, "the end: clients are gone and their connections are not")
        for pool in [Int32(0), 1, 2] { for worker in workers { worker.transport.retirePool(pool) } }
        for _ in 0..<3 {
            for worker in workers { worker.turn(wakes: true) }
        }
        for worker in workers { checkEmpty(worker) }
        for number in 0..<knobs.workers {
            findings.expect(loads[number] == 0, "the end: the load of worker \(number) is \(loads[number])")
        }
        checkTraffic()
        findings.expect(network.misuses.isEmpty, "the end: \(network.misuses)")
        for worker in workers { worker.transport.destroy() }
        upstream?.close()
        upstream = nil
        clients = []
        workers = []
        // Of loops and reserves nothing is left either: their descriptors go with them.
        findings.expect(
            network.openDescriptors == 0, "the end: \(network.openDescriptors) descriptors are open")
        findings.note(Int(truncatingIfNeeded: network.trace), turns)
        if network.openDescriptors == 0 { network.free() }
    }
}
