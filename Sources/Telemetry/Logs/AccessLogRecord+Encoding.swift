public import Substrate

extension AccessLogRecord {
    /// Appends one JSON object and a line feed. Fields without a value are left out.
    ///
    /// Names of fields are public interface; `Telemetry.docc` lists them.
    public func append(into buffer: inout ByteBuffer, stamps: inout TimeStamps) {
        appendFields(into: &buffer, stamps: &stamps)
        buffer.append("}\n")
    }

    /// All but the end of the object. Keys stand with their punctuation, so that each is one copy of constant length.
    func appendFields(into buffer: inout ByteBuffer, stamps: inout TimeStamps) {
        buffer.append("{\"time\":\"")
        stamps.append(time, into: &buffer)
        buffer.append("\",\"direction\":\"")
        buffer.append(direction.label.bytes)
        buffer.append("\"")
        Self.append(",\"listener\":\"", listener, into: &buffer)
        buffer.append(",\"method\":\"")
        buffer.append(Bytes(method.name))
        buffer.append(
            minorVersion == 0 ? "\",\"protocol\":\"HTTP/1.0\"" : "\",\"protocol\":\"HTTP/1.1\"")
        Self.append(",\"path\":\"", pathTemplate, into: &buffer)
        Self.append(",\"route\":\"", route, into: &buffer)
        Self.append(",\"service\":\"", service, into: &buffer)
        Self.append(",\"tenant\":\"", tenant, into: &buffer)
        if let client {
            buffer.append(",\"client\":\"")
            client.append(into: &buffer)
            buffer.append("\"")
        }
        buffer.append(",\"status\":")
        buffer.append(decimal: UInt64(status))
        if reason != .none {
            let entry = reason.entry
            Self.append(",\"reason\":\"", OpenLabel(OpenText(entry.code)), into: &buffer)
            Self.append(",\"flags\":\"", OpenLabel(OpenText(entry.flag)), into: &buffer)
        }
        appendTimings(into: &buffer)
        buffer.append(",\"tries\":")
        buffer.append(decimal: UInt64(tries))
        buffer.append(",\"bytesReceived\":")
        buffer.append(decimal: bytesReceived)
        buffer.append(",\"bytesSent\":")
        buffer.append(decimal: bytesSent)
        switch tls {
        case .none: break
        case .tls12: buffer.append(",\"tls\":\"TLSv1.2\"")
        case .tls13: buffer.append(",\"tls\":\"TLSv1.3\"")
        }
        if let peer {
            buffer.append(",\"peer\":\"")
            JSONLine.appendEscaped(peer.bytes, into: &buffer)
            buffer.append("\"")
        }
        appendIdentifiers(into: &buffer)
        Self.append(",\"endpoint\":\"", endpoint, into: &buffer)
        if let upstreamReused {
            buffer.append(upstreamReused ? ",\"upstreamReused\":true" : ",\"upstreamReused\":false")
        }
    }

    /// - Parameter key: with a comma, its colon and the value's first quote.
    @inline(__always)
    private static func append(_ key: StaticString, _ value: OpenLabel, into buffer: inout ByteBuffer) {
        guard !value.isEmpty else { return }
        buffer.append(key)
        JSONLine.appendEscaped(value.bytes, into: &buffer)
        buffer.append(ASCII.quote)
    }

    private func appendTimings(into buffer: inout ByteBuffer) {
        buffer.append(",\"totalMicroseconds\":")
        buffer.append(decimal: totalNanoseconds / 1000)
        if let queueNanoseconds {
            buffer.append(",\"queueMicroseconds\":")
            buffer.append(decimal: queueNanoseconds / 1000)
        }
        if let connectNanoseconds {
            buffer.append(",\"connectMicroseconds\":")
            buffer.append(decimal: connectNanoseconds / 1000)
        }
        if let firstByteNanoseconds {
            buffer.append(",\"firstByteMicroseconds\":")
            buffer.append(decimal: firstByteNanoseconds / 1000)
        }
    }

    private func appendIdentifiers(into buffer: inout ByteBuffer) {
        if let trace {
            buffer.append(",\"traceId\":\"")
            trace.appendTraceID(into: &buffer)
            buffer.append("\"")
        }
        if let requestID {
            buffer.append(",\"requestId\":\"")
            requestID.append(into: &buffer)
            buffer.append("\"")
        }
        if let flow {
            buffer.append(",\"flow\":\"")
            flow.append(into: &buffer)
            buffer.append("\"")
        }
    }
}
