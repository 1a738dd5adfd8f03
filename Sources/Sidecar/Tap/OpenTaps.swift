import HTTPTransport
import Reactor
import Substrate
import Telemetry

/// The taps that are open, on `or-admin`: brings the workers' events into the answers, and ends each in time.
///
/// Everything but the inbox belongs to that thread. What has to be said to the transport is said in `attend`, once a turn,
/// and never in the middle of what it asks.
final class OpenTaps {
    /// Taps open at a time: each costs every request of every worker a look.
    static let maxTaps = 4
    /// How often a tap's end is looked for, and drops are told.
    static let tickNanoseconds: UInt64 = 100_000_000
    static let tick: UInt32 = 16

    private let inbox: Inbox<TapEvent>
    private let logs: LogThread
    private let calls: SystemCalls
    /// Tells every worker who looks on.
    private let install: ([TapSession]) -> Void
    private(set) var taps: [OpenTap] = []
    private var isTicking = false
    /// Ends whatever is open, and lets nobody in: the process is leaving.
    private var isEnding = false

    init(
        inbox: Inbox<TapEvent>, logs: LogThread, calls: SystemCalls,
        install: @escaping ([TapSession]) -> Void
    ) {
        self.inbox = inbox
        self.logs = logs
        self.calls = calls
        self.install = install
    }

    /// Whether another tap may be opened.
    func check() throws(AdminRefusal) {
        guard !isEnding else { throw AdminRefusal("the process is leaving", status: 503) }
        guard taps.count < Self.maxTaps else {
            throw AdminRefusal("\(Self.maxTaps) taps are open, the most there may be", status: 429)
        }
    }

    func open(_ order: TapOrder, for exchange: SlotID) {
        let session = TapSession(order, inbox: inbox)
        taps.append(OpenTap(exchange: exchange, session: session, now: calls.monotonic()))
        install(taps.map(\.session))
        tell("tap.opened") {
            $0.add("milliseconds", .count(order.nanoseconds / 1_000_000))
            $0.add("max", .count(UInt64(order.events)))
        }
    }

    func write(
        _ exchange: SlotID, room: Int, ending: Bool, into output: inout ByteBuffer
    ) -> StreamStep {
        guard let index = taps.firstIndex(where: { $0.exchange == exchange }) else { return .end }
        return taps[index].write(room: room, ending: ending, into: &output)
    }

    /// The exchange is over: nobody looks on for it any more.
    func close(_ exchange: SlotID) {
        guard let index = taps.firstIndex(where: { $0.exchange == exchange }) else { return }
        var tap = taps.remove(at: index)
        tap.close()
        install(taps.map(\.session))
        tell("tap.closed") {
            $0.add("shown", .count(tap.shown))
            $0.add("dropped", .count(tap.session.dropped.rate &+ tap.session.dropped.buffer))
        }
    }

    /// Ends them all, each with a last line.
    func endAll() {
        isEnding = true
        for index in taps.indices { taps[index].finish(.drain) }
    }

    func timerFired() { isTicking = false }

    /// Once a turn, behind it: what has come from the workers goes into the answers.
    func attend(_ transport: Transport) {
        inbox.drain { event in
            // An event may come behind its tap's end.
            if let index = taps.firstIndex(where: { $0.session === event.session }) {
                taps[index].add(event.line)
            }
        }
        guard !taps.isEmpty else { return }
        let now = calls.monotonic()
        for index in taps.indices { taps[index].look(at: now) }
        // By name: a step may close its tap.
        for exchange in taps.filter(\.hasNews).map(\.exchange) { transport.continueStream(exchange) }
        if !isTicking, !taps.isEmpty {
            isTicking = true
            transport.schedule(afterNanoseconds: Self.tickNanoseconds, number: Self.tick)
        }
    }

    private func tell(_ code: OpenText, _ fill: (inout EventRecord) -> Void) {
        var event = EventRecord(level: .info, time: calls.realtime(), subsystem: "tap", event: code)
        fill(&event)
        logs.record(event)
    }
}
