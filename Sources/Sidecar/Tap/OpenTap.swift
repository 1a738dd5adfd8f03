import HTTPTransport
import Substrate

/// One tap on `or-admin`: what waits for its reader, and when it is over.
///
///     open ──time, events, drain──▶ ending ──all written──▶ over
struct OpenTap {
    /// Why a tap ends.
    enum End { case time, events, drain, client }

    let exchange: SlotID
    let session: TapSession
    let deadline: MonotonicTime
    private(set) var end: End?
    private(set) var shown: UInt64 = 0
    private var received: UInt64 = 0
    private var lines: [[UInt8]] = []
    /// Of `lines`, the first so many are written.
    private var taken = 0
    private var told: (rate: UInt64, buffer: UInt64) = (0, 0)
    private var hasBegun = false

    init(exchange: SlotID, session: TapSession, now: MonotonicTime) {
        self.exchange = exchange
        self.session = session
        deadline = now.adding(nanoseconds: session.order.nanoseconds)
    }

    mutating func add(_ line: [UInt8]) {
        lines.append(line)
        received += 1
    }

    mutating func finish(_ why: End) { end = end ?? why }

    /// Whether anything is to be said that was not.
    var hasNews: Bool { taken < lines.count || end != nil || session.dropped != told }

    /// Whether it is over by itself. An event that a worker was allowed may still be on its way.
    mutating func look(at now: MonotonicTime) {
        if received &+ session.dropped.buffer >= UInt64(session.order.events) {
            finish(.events)
        } else if now >= deadline {
            finish(.time)
        }
    }

    /// Writes what waits, as whole lines and while there is room; what was dropped; and, with the last line, the end.
    mutating func write(room: Int, ending: Bool, into output: inout ByteBuffer) -> StreamStep {
        if ending { finish(.client) }
        if !hasBegun { begin(&output) }
        while taken < lines.count, output.count < room {
            lines[taken].withBytes { output.append($0) }
            session.took(lines[taken])
            taken += 1
            shown += 1
        }
        tellDropped(&output)
        if taken == lines.count {
            lines.removeAll(keepingCapacity: lines.capacity <= 256)
            taken = 0
        }
        guard let end else { return lines.isEmpty ? .idle : .more }
        guard lines.isEmpty || ending else { return .more }
        sayEnd(end, &output)
        return .end
    }

    /// Gives up what nobody will read.
    mutating func close() {
        for line in lines[taken...] { session.took(line) }
        lines = []
        taken = 0
    }

    private mutating func begin(_ output: inout ByteBuffer) {
        hasBegun = true
        output.append("{\"tap\":\"open\",\"milliseconds\":")
        output.append(decimal: session.order.nanoseconds / 1_000_000)
        output.append(",\"max\":")
        output.append(decimal: UInt64(session.order.events))
        output.append(",\"rate\":")
        output.append(decimal: UInt64(session.order.eventsPerSecond))
        output.append("}\n")
    }

    private mutating func tellDropped(_ output: inout ByteBuffer) {
        let now = session.dropped
        Self.tellDropped(now.rate &- told.rate, "rate", &output)
        Self.tellDropped(now.buffer &- told.buffer, "reader", &output)
        told = now
    }

    private static func tellDropped(_ count: UInt64, _ why: StaticString, _ output: inout ByteBuffer) {
        guard count > 0 else { return }
        output.append("{\"tap\":\"dropped\",\"events\":")
        output.append(decimal: count)
        output.append(",\"because\":\"")
        output.append(Bytes(why))
        output.append("\"}\n")
    }

    private func sayEnd(_ end: End, _ output: inout ByteBuffer) {
        output.append("{\"tap\":\"end\",\"because\":\"")
        switch end {
        case .time: output.append("time")
        case .events: output.append("max")
        case .drain: output.append("drain")
        case .client: output.append("client")
        }
        output.append("\",\"events\":")
        output.append(decimal: shown)
        output.append(",\"dropped\":")
        let unread = UInt64(lines.count - taken)
        output.append(decimal: told.rate &+ told.buffer &+ unread)
        output.append("}\n")
    }
}
