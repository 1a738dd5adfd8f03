import Substrate

/// Makes requests at random.
struct Planner {
    let knobs: Knobs
    var random: RandomSource
    private var nextID = 1

    init(knobs: Knobs, random: RandomSource) {
        self.knobs = knobs
        self.random = random
    }

    mutating func chance(_ oneIn: UInt32) -> Bool { random.next(below: oneIn) == 0 }
    mutating func below(_ bound: Int) -> Int { Int(random.next(below: UInt32(max(bound, 1)))) }

    /// All that one client will ask over its connection.
    mutating func requests() -> [PlannedRequest] {
        let isOld = chance(6)
        var made: [PlannedRequest] = []
        for _ in 0..<(isOld ? 1 : 1 + below(8)) { made.append(request(isOld: isOld)) }
        if !isOld, knobs.misbehaves, chance(8) { made.append(hostile()) }
        var end = 0
        for request in made {
            end += request.bytes.count
            request.end = end
        }
        return made
    }

    private mutating func conduct() -> Conduct {
        while true {
            let conduct = Conduct.allCases[below(Conduct.allCases.count)]
            if conduct.needsTime, !knobs.isTimed { continue }
            if !conduct.isQuiet, !knobs.misbehaves { continue }
            // Most requests go well, so that connections live and are used again.
            if conduct.isGood || !chance(2) { return conduct }
        }
    }

    private mutating func kind() -> PlannedRequest.Kind {
        switch below(12) {
        case 0: .local
        case 1: .refuse
        case 2: .collectRefuse
        case 3: .wait
        case 4, 5: .collect
        default: .forward
        }
    }

    private mutating func size() -> Int { chance(5) ? 0 : chance(2) ? below(200) : below(knobs.largest) }

    private mutating func request(isOld: Bool) -> PlannedRequest {
        let id = nextID
        nextID += 1
        let hasBody = !isOld && chance(2)
        let framing = hasBody ? (chance(2) ? PlannedRequest.Framing.chunked : .length) : .none
        let request = PlannedRequest(
            id: id, kind: kind(), conduct: conduct(),
            method: hasBody
                ? (chance(3) ? "PUT" : "POST") : chance(6) ? "HEAD" : chance(8) ? "DELETE" : "GET",
            isOld: isOld, framing: framing, body: hasBody ? pattern(id, size()) : [],
            trailers: framing == .chunked && chance(4) ? "x-sum: \(id)" : "", answer: pattern(id + 5, size()))
        request.bytes = write(request)
        return request
    }

    private mutating func write(_ request: PlannedRequest) -> [UInt8] {
        var text = "\(request.method) \(request.target) HTTP/1.\(request.isOld ? 0 : 1)\r\nhost: a\r\n"
        if chance(4) { text += "x-filler: \(String(repeating: "f", count: below(600)))\r\n" }
        if request.framing != .none, chance(6) { text += "expect: 100-continue\r\n" }
        if chance(12) { text += "connection: close\r\n" }
        switch request.framing {
        case .none: return Array((text + "\r\n").utf8)
        case .length:
            return Array((text + "content-length: \(request.body.count)\r\n\r\n").utf8) + request.body
        case .chunked:
            return Array((text + "transfer-encoding: chunked\r\n\r\n").utf8)
                + chunks(request.body, largest: 2_000, trailers: request.trailers)
        }
    }

    /// `body` in chunks of random sizes.
    mutating func chunks(_ body: [UInt8], largest: Int, trailers: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = body[...]
        let most = chance(8) && body.count < 500 ? 3 : largest
        while !rest.isEmpty {
            let piece = rest.prefix(1 + below(most))
            bytes += Array("\(String(piece.count, radix: 16))\r\n".utf8)
            bytes += piece
            bytes += [13, 10]
            rest = rest.dropFirst(piece.count)
        }
        return bytes + Array((trailers.isEmpty ? "0\r\n\r\n" : "0\r\n\(trailers)\r\n\r\n").utf8)
    }

    private mutating func hostile() -> PlannedRequest {
        let id = nextID
        nextID += 1
        let request = PlannedRequest(
            id: id, kind: .hostile, conduct: .fixed, method: "GET", isOld: false, framing: .none, body: [],
            trailers: "", answer: [])
        let start = "GET \(request.target) HTTP/1.1\r\nhost: a\r\n"
        switch below(4) {
        case 0: (request.refusal, request.bytes) = (400, Array("GET  x\r\n\r\n".utf8))
        case 1: (request.refusal, request.bytes) = (400, Array((start + "bad field\r\n\r\n").utf8))
        case 2:
            let fields = (0..<101).map { "x-\($0): a\r\n" }.joined()
            (request.refusal, request.bytes) = (431, Array((start + fields + "\r\n").utf8))
        default:
            let both = start + "content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
            (request.refusal, request.bytes) = (400, Array(both.utf8))
        }
        return request
    }
}
