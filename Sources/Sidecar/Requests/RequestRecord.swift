import Policy
import Substrate
import Telemetry

/// What the gateway knows of one exchange, beside what the transport knows. Plain values, by exchange slot.
struct RequestRecord: BitwiseCopyable {
    var state = RequestState(listener: 0)
    /// The pinned snapshot, by place in the gateway's pins.
    var pin: Int32 = -1
    /// Index in the policy's listeners.
    var listener: Int32 = -1
    /// Index in the policy's endpoints, once chosen.
    var endpoint: Int32 = -1
    var trace = TraceContext(traceHigh: 1, traceLow: 1, parent: 1, flags: 0)
    var requestID: RequestID?
    var flow: FlowID?
    /// The body's signature is being computed, by place in the gateway's verifications.
    var verification: Int32 = -1
    /// The peer is a verified service of the mesh: what it says of trace, client and flow is kept.
    var peerIsTrusted = false
    /// Where the trace comes from.
    var traceSource = TraceSource.minted
    /// What becomes of the request's spans.
    var recording = SpanRecording.none
    var tracesDebug = false
    /// The peer's own request id is forwarded as received.
    var keepsRequestID = false
    var attemptIsOpen = false
    var isWebhook = false
    var isHandshake = false

    /// Inlined: zeros written in place, and not a value of this size returned and copied.
    @inline(__always)
    init() {}
}
