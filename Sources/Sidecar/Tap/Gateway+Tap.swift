import HTTPTransport
import Reactor
import Substrate
import Telemetry

extension Gateway {
    /// These look on from now on.
    func setTaps(_ taps: [TapSession]) {
        g[].taps = taps
        g[].isTapped = !taps.isEmpty
    }

    /// Shows a request to every tap that wants it. Allocates: only while somebody looks on, and as often as they may.
    func tap(_ line: AccessLogRecord, _ head: MessageHead?) {
        let now = calls.monotonic()
        var shown: [UInt8]?
        for session in g[].taps where session.order.filter.matches(line) && session.admits(now: now) {
            let bytes = shown ?? encode(line, head)
            shown = bytes
            if !session.post(bytes) { metrics.dropped(.tapEvent, count: 1) }
        }
    }

    private func encode(_ line: AccessLogRecord, _ head: MessageHead?) -> [UInt8] {
        var record = TapRecord(line)
        if let head {
            for index in 0..<head.fieldCount { record.add(RegisteredField(head[head[field: index].name])) }
            if head.facts.contentLength >= 0 { record.contentLength = UInt64(head.facts.contentLength) }
            if let type = head.value(of: .contentType) { record.contentType = MediaType(type) }
        }
        var buffer = ByteBuffer(capacity: 1024)
        record.append(into: &buffer, stamps: &g[].stamps)
        return buffer.bytes.array
    }
}
