import HTTPWire
import MeshModel
import Policy
import Reactor
import Substrate
import Telemetry

/// One request's worth of each line's work, with everything that it needs at hand.
struct PurseBench: ~Copyable {
    /// As large as the transport's exchange, about.
    private struct Slot: ~Copyable {
        var words = InlineArray<48, UInt64>(repeating: 0)
    }

    private static let request: [UInt8] = Array(
        """
        GET /api/v1/conversations/42?limit=10 HTTP/1.1\r
        Host: acme.example.test\r
        User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r
        Accept: application/json\r
        Accept-Encoding: gzip, br\r
        Authorization: Bearer 0123456789abcdef0123456789abcdef\r
        Cookie: session=0123456789abcdef\r
        \r\n
        """.utf8)

    private let wire: FlatTable<UInt8>
    private var heads = HeadPool()
    private var events = EventBuffer()
    private var decoder = HTTP1RequestDecoder()
    private let head: MessageHead
    private let snapshot: PolicySnapshot
    private let tables: PolicyTables
    private var state = RequestState(listener: 0)
    private var balancer = Balancer()
    private var random = RandomSource(seed: 1)
    private var output = ByteBuffer(capacity: 4096)
    private let trace: TraceContext
    private let metrics = MetricsRegistry(workers: 1)
    private let counters: WorkerMetrics
    private var now = MonotonicTime(nanoseconds: 1_000_000_000)
    private var timers: TimerWheel
    private var armed = TimerID.none
    private var slots = Slab<Slot>()
    /// Every call did what it is measured for.
    private(set) var isSound = true

    init() throws {
        wire = FlatTable(Self.request)
        let bytes = wire.bytes(ByteRange(offset: 0, count: wire.count))
        _ = decoder.decode(bytes, limits: HTTP1Limits(), heads: &heads, events: &events)
        guard events.count > 0, let head = events[0].head else { preconditionFailure("the request is sound") }
        self.head = head
        events.removeAll()
        decoder = HTTP1RequestDecoder()
        let identities = IdentityRegistry(seed: 1)
        snapshot = try PolicySnapshot.compile(
            try ConfigurationReader.read([SourceFile(path: "purse.yaml", bytes: Array(Self.documents.utf8))]),
            secrets: { _ in [] }, identities: identities, revision: 1)
        tables = snapshot.tables
        balancer.prepare(endpoints: identities.endpointCount, services: identities.serviceCount)
        trace = .root(random: &random)
        counters = metrics.worker(0)
        timers = TimerWheel(now: now)
    }

    private static var documents: String {
        var text = "kind: Listener\nname: front\nspec: { role: edge, address: 127.0.0.1:18080 }\n"
        text += "---\nkind: Service\nname: backend\nspec: { protocol: http1, endpoints: [ "
        text +=
            "{ address: 127.0.0.1:19090 }, { address: 127.0.0.1:19091 }, { address: 127.0.0.1:19092 } ] }\n"
        for number in 0..<100 {
            text += "---\nkind: Route\nname: route-\(number)\nspec: { access: public, matches: [ { path: "
            text +=
                number == 50
                ? "{ template: \"/api/v1/conversations/{id}\" } } ]" : "{ prefix: /api/v2/r\(number) } } ]"
            text += ", backends: [ { service: backend } ] }\n"
        }
        return text
    }

    mutating func parse() {
        let bytes = wire.bytes(ByteRange(offset: 0, count: wire.count))
        let consumed = decoder.decode(bytes, limits: HTTP1Limits(), heads: &heads, events: &events)
        if consumed != wire.count { isSound = false }
        for index in 0..<events.count {
            if let head = events[index].head { heads.release(head) }
        }
        events.removeAll()
    }

    mutating func decide() {
        state = RequestState(listener: 0, entropy: random.next())
        guard case .proceed = tables.decideHead(head, peer: PeerFacts(), state: &state), state.service >= 0
        else {
            isSound = false
            return
        }
    }

    mutating func balance() {
        let index = balancer.pick(service: 0, tables: tables, excluding: -1, random: &random, now: now)
        guard index >= 0 else {
            isSound = false
            return
        }
        let endpoint = tables.endpoints[Int(index)].id
        balancer.started(endpoint)
        now = now.adding(nanoseconds: 10_000)
        balancer.finished(endpoint, responseNanoseconds: 10_000, now: now)
    }

    mutating func write() {
        output.removeAll()
        HTTP1Encoder.requestLine(of: head, into: &output)
        HTTP1Encoder.fields(of: head, dropping: .outrigger, into: &output)
        output.append("traceparent: ")
        trace.append(into: &output)
        output.append("\r\nx-request-id: ")
        RequestID(random: &random).append(into: &output)
        output.append("\r\nx-forwarded-for: 127.0.0.1\r\nx-forwarded-proto: http\r\n\r\n")
        if output.count < wire.count { isSound = false }
    }

    func count() {
        counters.count(
            request: RequestSeries(direction: .edge, service: 1, route: 51, tenant: 0, status: 200))
        counters.observe(direction: .edge, service: 1, durationNanoseconds: 150_000)
        counters.attempt(service: 1, outcome: .success)
        counters.pool(service: 1, event: .reused)
    }

    mutating func time() {
        now = now.adding(nanoseconds: 10_000)
        timers.cancel(armed)
        armed = timers.schedule(at: now.adding(nanoseconds: 15_000_000_000), token: 1)
        while timers.popExpired(now: now) != nil { isSound = false }
    }

    mutating func hold() {
        let id = slots.insert(Slot())
        if slots[id] == nil { isSound = false }
        slots.free(id)
        slots.reclaim()
    }
}
