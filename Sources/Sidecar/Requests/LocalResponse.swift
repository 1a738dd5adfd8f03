import HTTPWire
import Substrate
import Telemetry

/// An answer that Outrigger makes itself.
struct LocalResponse {
    let status: UInt16
    let contentType: StaticString
    let reason: ReasonCode
    let closing: Bool
    /// Methods that a 405 names (RFC 9110 §15.5.6).
    var allows: StaticString = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

    /// The body of a refusal (RFC 9457): reason, status and request id, nothing of the inside.
    static func problem(_ reason: ReasonCode, requestID: RequestID?, into output: inout ByteBuffer) {
        output.append("{\"title\":\"")
        output.append(HTTPStatus.phrase(reason.status))
        output.append("\",\"status\":")
        output.append(decimal: UInt64(reason.status))
        output.append(",\"reason\":\"")
        output.append(reason.code)
        output.append("\"")
        if let requestID {
            output.append(",\"requestId\":\"")
            requestID.append(into: &output)
            output.append("\"")
        }
        output.append("}\n")
    }

    func append(body: Bytes, isHead: Bool, into output: inout ByteBuffer) {
        HTTP1Encoder.statusLine(status, into: &output)
        HTTP1Encoder.field("content-type", contentType, into: &output)
        HTTP1Encoder.field("content-length", decimal: UInt64(body.count), into: &output)
        if reason != .none { HTTP1Encoder.field("x-outrigger-reason", reason.code, into: &output) }
        // An answer may echo what a client sent: never guess another type for it.
        HTTP1Encoder.field("x-content-type-options", "nosniff", into: &output)
        if status == 405 {
            HTTP1Encoder.field("allow", reason == .webhookMethodRefused ? "GET, POST" : allows, into: &output)
        }
        if status == 503 { HTTP1Encoder.field("retry-after", "1", into: &output) }
        if closing { HTTP1Encoder.field("connection", "close", into: &output) }
        HTTP1Encoder.endOfHead(into: &output)
        if !isHead { output.append(body) }
    }
}
