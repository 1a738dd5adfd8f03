public import Substrate

extension AccessLogRecord {
    /// Appends one JSON object and a line feed. Fields without a value are left out.
    ///
    /// Names of fields are public interface; `Telemetry.docc` lists them.
    public func append(into buffer: inout ByteBuffer) {
        var line = JSONLine(into: &buffer)
        line.beginText("time", into: &buffer)
        RFC3339.append(time, into: &buffer)
        line.endText(into: &buffer)
        line.text("direction", direction.label.bytes, into: &buffer)
        line.text("listener", listener.bytes, into: &buffer)
        line.text("method", method.name, into: &buffer)
        line.text("protocol", minorVersion == 0 ? "HTTP/1.0" : "HTTP/1.1", into: &buffer)
        line.text("path", pathTemplate.bytes, into: &buffer)
        line.text("route", route.bytes, into: &buffer)
        line.text("service", service.bytes, into: &buffer)
        line.text("tenant", tenant.bytes, into: &buffer)
        line.number("status", UInt64(status), into: &buffer)
        if reason != .none {
            let entry = reason.entry
            line.text("reason", entry.code, into: &buffer)
            line.text("flags", entry.flag, into: &buffer)
        }
        appendTimings(to: &line, into: &buffer)
        line.number("tries", UInt64(tries), into: &buffer)
        line.number("bytesReceived", bytesReceived, into: &buffer)
        line.number("bytesSent", bytesSent, into: &buffer)
        line.text("tls", tls.label.bytes, into: &buffer)
        if let peer { line.text("peer", peer.bytes, into: &buffer) }
        appendIdentifiers(to: &line, into: &buffer)
        line.text("endpoint", endpoint.bytes, into: &buffer)
        if let upstreamReused { line.flag("upstreamReused", upstreamReused, into: &buffer) }
        line.end(into: &buffer)
    }

    private func appendTimings(to line: inout JSONLine, into buffer: inout ByteBuffer) {
        line.microseconds("totalMicroseconds", nanoseconds: totalNanoseconds, into: &buffer)
        if let connectNanoseconds {
            line.microseconds("connectMicroseconds", nanoseconds: connectNanoseconds, into: &buffer)
        }
        if let firstByteNanoseconds {
            line.microseconds("firstByteMicroseconds", nanoseconds: firstByteNanoseconds, into: &buffer)
        }
    }

    private func appendIdentifiers(to line: inout JSONLine, into buffer: inout ByteBuffer) {
        if let trace {
            line.beginText("traceId", into: &buffer)
            trace.appendTraceID(into: &buffer)
            line.endText(into: &buffer)
        }
        if let requestID {
            line.beginText("requestId", into: &buffer)
            requestID.append(into: &buffer)
            line.endText(into: &buffer)
        }
        if let flow {
            line.beginText("flow", into: &buffer)
            flow.append(into: &buffer)
            line.endText(into: &buffer)
        }
    }
}
