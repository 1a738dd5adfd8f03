import HTTPTransport
import MeshTestKit
import Reactor
import Substrate
import Testing

/// Many clients, cuts, slow readers, ends and resets at random moments, and an upstream that misbehaves: whatever the
/// order of things, answers are whole and belong to their requests, or the connection ends; and nothing stays.
@Suite struct SoakTests {
    @Test(arguments: 0..<10) func `every request is answered once or its connection ends`(_ batch: Int) throws
    {
        for seed in (batch * 24)..<(batch * 24 + 24) { try Soak(seed: UInt64(seed + 1)).run() }
    }
}

/// How the upstream treats a request.
private enum Conduct: Int, CaseIterable {
    case fixed, chunked, closeDelimited, saysClose, informational, closesBehind
    /// Answers a request's head.
    case early
    case closesBefore, resetsBefore, breaksOff, malformed

    var isGood: Bool { rawValue <= Conduct.closesBehind.rawValue }
}

private struct SoakRequest {
    var id: Int
    var method: String
    var path: String
    var conduct: Conduct
    var isLocal: Bool
    var body: [UInt8]
    var bytes: [UInt8]
}

private final class SoakClient {
    let peer: TestPeer
    var requests: [SoakRequest] = []
    var outbox: [UInt8] = []
    var hasLeft = false

    init(_ peer: TestPeer) { self.peer = peer }
}

private final class Soak {
    private let seed: UInt64
    private var random: RandomSource
    private let bench: TransportBench
    private var clients: [SoakClient] = []
    private var byID: [Int: SoakRequest] = [:]
    private var delayed: [(connection: TestUpstream.Connection, actions: [TestUpstream.Action], turns: Int)] =
        []
    private let largest: Int
    private let misbehaves: Bool

    init(seed: UInt64) throws {
        self.seed = seed
        var random = RandomSource(seed: seed)
        let hops = Hops(
            tlsDownstream: random.next(below: 4) == 0, tlsUpstream: random.next(below: 4) == 0)
        var limits = TransportLimits()
        limits.flushTimeout = 1_000_000_000_000
        if random.next(below: 2) == 0 {
            limits.highWatermarkBytes = 4 * 1024
            limits.lowWatermarkBytes = 1024
            limits.receiveBytes = 8 * 1024
            limits.directSendBytes = 512
        }
        bench = try TransportBench(
            hops, seed: seed, limits: limits, headTimeout: 1_000_000_000_000, idleTimeout: 2_000_000_000_000,
            bufferBytes: [1_000, 4_096, 16_384, 65_536][Int(random.next(below: 4))])
        bench.handler.requestTimeout = 1_000_000_000_000
        bench.handler.idleTimeout = 1_000_000_000_000
        bench.handler.answerBytes = random.next(below: 4) == 0 ? 3_000 : 0
        if random.next(below: 2) == 0 { bench.network.maxBytesPerRead = 1 + Int(random.next(below: 3_000)) }
        if random.next(below: 3) == 0 { bench.network.maxBytesPerWrite = 1 + Int(random.next(below: 3_000)) }
        if random.next(below: 3) == 0 {
            bench.upstream.maxBytesPerPump = 100 + Int(random.next(below: 3_000))
        }
        let isFine =
            (bench.network.maxBytesPerRead ?? 4_096) < 200 || (bench.network.maxBytesPerWrite ?? 4_096) < 200
        largest = isFine ? 800 : random.next(below: 3) == 0 ? 90_000 : 9_000
        misbehaves = random.next(below: 4) != 0
        self.random = random
    }

    private func chance(_ oneIn: UInt32) -> Bool { random.next(below: oneIn) == 0 }

    private func pattern(_ id: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: id &* 31 &+ $0 &* 7 &+ $0 >> 8) }
    }

    private func answerBody(_ id: Int) -> [UInt8] { pattern(id &+ 5, id &* 7_919 % largest) }

    // MARK: Requests

    private func makeRequest(_ id: Int, isOld: Bool) -> SoakRequest {
        let choices = Conduct.allCases.filter { misbehaves || $0.isGood }
        let conduct = choices[Int(random.next(below: UInt32(choices.count)))]
        let hasBody = random.next(below: 2) == 0 && !isOld
        let method = hasBody ? (chance(3) ? "PUT" : "POST") : chance(6) ? "HEAD" : "GET"
        let kind = random.next(below: 8)
        let prefix = kind == 0 ? "/answer" : kind == 1 ? "/refuse" : kind == 2 ? "/collect" : "/forward"
        let path = "\(prefix)-\(conduct.rawValue)-\(id)"
        var text = "\(method) \(path) HTTP/1.\(isOld ? 0 : 1)\r\nhost: a\r\n"
        var bytes: [UInt8]
        var body: [UInt8] = []
        if hasBody {
            body = pattern(id, Int(random.next(below: UInt32(largest))))
            if chance(2) {
                text += "transfer-encoding: chunked\r\n\r\n"
                bytes = Array(text.utf8)
                var rest = body[...]
                while !rest.isEmpty {
                    let piece = rest.prefix(1 + Int(random.next(below: 2_000)))
                    bytes += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10]
                    rest = rest.dropFirst(piece.count)
                }
                bytes += Array("0\r\n\r\n".utf8)
            } else {
                bytes = Array((text + "content-length: \(body.count)\r\n\r\n").utf8) + body
            }
        } else {
            bytes = Array((text + "\r\n").utf8)
        }
        return SoakRequest(
            id: id, method: method, path: path, conduct: conduct, isLocal: kind < 2, body: body, bytes: bytes)
    }

    private func makeClients() throws {
        var id = 1
        for _ in 0..<(3 + random.next(below: 6)) {
            let client = SoakClient(try bench.client())
            let isOld = chance(6)
            for _ in 0..<(isOld ? 1 : 1 + random.next(below: 8)) {
                let request = makeRequest(id, isOld: isOld)
                id += 1
                byID[request.id] = request
                client.requests.append(request)
                client.outbox += request.bytes
            }
            clients.append(client)
        }
    }

    // MARK: The upstream

    private func request(of message: WireMessage) -> SoakRequest? {
        message.target.split(separator: "-").last.flatMap { Int($0) }.flatMap { byID[$0] }
    }

    private func answer(_ request: SoakRequest) -> [UInt8] {
        let body = request.method == "HEAD" ? [] : answerBody(request.id)
        var head = "HTTP/1.1 200 OK\r\nx-id: \(request.id)\r\n"
        switch request.conduct {
        case .malformed: return Array("HTTP/1.1 2x0 OK\r\n\r\n".utf8)
        case .closeDelimited: return Array((head + "\r\n").utf8) + body
        case .chunked:
            var bytes = Array((head + "transfer-encoding: chunked\r\n\r\n").utf8)
            if request.method == "HEAD" { return bytes }
            var rest = body[...]
            while !rest.isEmpty {
                let piece = rest.prefix(1 + Int(random.next(below: 3_000)))
                bytes += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10]
                rest = rest.dropFirst(piece.count)
            }
            return bytes + Array("0\r\n\r\n".utf8)
        case .informational: head = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + head
        case .saysClose: head += "connection: close\r\n"
        default: break
        }
        // A HEAD answer tells the length that GET would have.
        return Array((head + "content-length: \(answerBody(request.id).count)\r\n\r\n").utf8) + body
    }

    private func play() {
        bench.upstream.respondToHead = { [self] message, connection in
            guard let request = request(of: message), request.conduct == .early, request.method != "HEAD"
            else {
                return []
            }
            delayed.append((connection, [.send(answer(request))], Int(random.next(below: 6))))
            return []
        }
        bench.upstream.respond = { [self] message, connection in
            guard let request = request(of: message) else {
                Issue.record(
                    "seed \(seed): the upstream got a request that nobody sent: \(message.startLine)")
                return [.close]
            }
            if message.body != request.body || message.method != request.method {
                Issue.record("seed \(seed): request \(request.path) arrived changed")
            }
            if request.conduct == .early, request.method != "HEAD" { return [] }
            var actions: [TestUpstream.Action] = []
            switch request.conduct {
            case .closesBefore: actions = [.close]
            case .resetsBefore: actions = [.reset]
            default:
                var bytes = answer(request)[...]
                if request.conduct == .breaksOff {
                    bytes = bytes.prefix(Int(random.next(below: UInt32(bytes.count))))
                }
                while !bytes.isEmpty {
                    let piece = bytes.prefix(1 + Int(random.next(below: UInt32(largest))))
                    actions.append(.send(Array(piece)))
                    bytes = bytes.dropFirst(piece.count)
                }
                if request.conduct == .breaksOff { actions.append(chance(2) ? .close : .reset) }
                if request.conduct == .closeDelimited || request.conduct == .saysClose {
                    actions.append(.closeWrite)
                }
                if request.conduct == .closesBehind { actions.append(.closeWrite) }
            }
            for action in actions { delayed.append((connection, [action], Int(random.next(below: 4)))) }
            return []
        }
    }

    /// One step of every connection's next action, in its order.
    private func performDelayed() {
        var seen: Set<ObjectIdentifier> = []
        var index = 0
        while index < delayed.count {
            let connection = delayed[index].connection
            guard seen.insert(ObjectIdentifier(connection)).inserted else {
                index += 1
                continue
            }
            if delayed[index].turns > 0 {
                delayed[index].turns -= 1
                index += 1
                continue
            }
            let actions = delayed.remove(at: index).actions
            if !connection.isOver { connection.perform(actions) }
        }
    }

    // MARK: The run

    private func disturb(_ client: SoakClient) {
        guard !client.hasLeft else { return }
        if !client.outbox.isEmpty, !chance(3) {
            let count = min(client.outbox.count, 1 + Int(random.next(below: chance(2) ? 40 : 8_000)))
            client.peer.send(Array(client.outbox[..<count]))
            client.outbox.removeFirst(count)
        }
        if chance(5) { client.peer.reads.toggle() }
        client.peer.maxBytesPerPump = chance(2) ? .max : 1 + Int(random.next(below: 900))
        if misbehaves, chance(150) {
            client.hasLeft = true
            if chance(2) { client.peer.reset() } else { client.peer.close() }
        }
    }

    private func turn() {
        bench.turn()
        performDelayed()
    }

    func run() throws {
        try makeClients()
        play()
        for _ in 0..<(50 + random.next(below: 150)) {
            for client in clients where chance(2) { disturb(client) }
            bench.loop.wake()
            turn()
        }
        for client in clients where !client.hasLeft {
            client.peer.reads = true
            client.peer.maxBytesPerPump = .max
            client.peer.send(client.outbox)
            client.outbox = []
            if chance(3) { client.peer.closeWrite() }
        }
        let outcome = bench.network.run(
            seconds: 400, maxTurns: 100_000, until: { clients.allSatisfy(isDone) }, turn: turn)
        if outcome != .done {
            let stuck = clients.filter { !isDone($0) }.map { client in
                "\(client.requests.map { "\($0.method) \($0.path)" }) got \(count(client))"
            }
            Issue.record("seed \(seed), \(bench.hops.testDescription): \(outcome), waiting: \(stuck)")
        }
        for client in clients where !client.hasLeft { judge(client) }
        var times: [String: Int] = [:]
        for request in bench.upstream.requests { times[request.target, default: 0] += 1 }
        for (target, count) in times {
            let method = byID[Int(target.split(separator: "-").last ?? "") ?? 0]?.method
            if count > (method == "POST" ? 1 : 2) {
                Issue.record("seed \(seed): \(target) was sent \(count) times")
            }
        }
        for reason in bench.handler.ended.map(\.reason)
        where reason == .upstreamTimeout || reason == .requestTimeout {
            Issue.record("seed \(seed): \(reason)")
        }
        // What clients that went away have asked for is still answered.
        for client in clients { client.peer.close() }
        _ = bench.network.run(
            seconds: 400, maxTurns: 100_000, until: { bench.transport.serverConnections == 0 }, turn: turn)
        bench.end()
    }

    private func count(_ client: SoakClient) -> Int {
        bench.answers(client.peer, to: client.requests.map(\.method)).filter { $0.status >= 200 }.count
    }

    private func isDone(_ client: SoakClient) -> Bool {
        client.hasLeft || client.peer.isClosed || count(client) == client.requests.count
    }

    private func judge(_ client: SoakClient) {
        let finals = bench.answers(client.peer, to: client.requests.map(\.method)).filter { $0.status >= 200 }
        for (request, answer) in zip(client.requests, finals) {
            let name = "seed \(seed): \(request.method) \(request.path)"
            if answer.isDelimitedByClose, client.peer.wasReset || !client.peer.endedCleanly { continue }
            if request.isLocal {
                let expected = request.path.hasPrefix("/answer") ? 200 : 404
                if answer.status != expected { Issue.record("\(name) was answered with \(answer.status)") }
                continue
            }
            if answer.status == 200 {
                let body = request.method == "HEAD" ? [] : answerBody(request.id)
                if answer.value("x-id") != "\(request.id)" || answer.body != body {
                    Issue.record("\(name) got another's answer, or not all of it")
                }
            } else if request.conduct.isGood, request.method != "POST", request.body.isEmpty {
                // Bodies may have been sent before the pooled connection's end was seen.
                Issue.record("\(name) was answered with \(answer.status)")
            }
        }
    }
}
