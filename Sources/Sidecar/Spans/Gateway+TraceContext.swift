import HTTPTransport
import Policy
import Substrate
import Telemetry

/// Which trace a request belongs to, and how the endpoint is told.
///
/// What every request passes is inlined; what only some need stands apart.
extension Gateway {
    /// Takes on the trace that the request brings, where its sender is believed; else begins one.
    @inline(__always)
    func takeTrace(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ tracing: CompiledTracing
    ) {
        var decision = B3Context.Sampling.deferred
        if record[].peerIsTrusted || tracing.acceptsAny { decision = receiveTrace(exchange, record) }
        if record[].traceSource == .minted { record[].trace = .root(random: &g[].random) }
        if g[].isTracing { sample(record, tracing, decision) }
    }

    /// Whether a trace that nobody has decided about is exported.
    private func sample(
        _ record: SlotPointer<RequestRecord>, _ tracing: CompiledTracing, _ decision: B3Context.Sampling
    ) {
        guard record[].traceSource != .traceparent else { return }
        switch decision {
        case .deferred: if tracing.samples(random: &g[].random) { record[].trace.flags |= 0x01 }
        case .denied: break
        case .accepted, .debug: record[].trace.flags |= 0x01
        }
    }

    /// - Returns: what B3 says, where there is no valid `traceparent`.
    private func receiveTrace(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>
    ) -> B3Context.Sampling {
        let head = exchange[].head
        if let received = single(.traceparent, in: head), let trace = TraceContext(traceparent: received) {
            record[].trace = trace
            record[].traceSource = .traceparent
            return .deferred
        }
        guard let told = b3(in: head) else { return .deferred }
        record[].tracesDebug = told.sampling == .debug
        if let trace = told.trace {
            record[].trace = trace
            record[].traceSource = .b3
        }
        return told.sampling
    }

    private func b3(in head: MessageHead) -> B3Context? {
        if let value = single(.b3, in: head), let told = B3Context(single: value) { return told }
        return B3Context(
            traceID: single(.xB3TraceID, in: head), spanID: single(.xB3SpanID, in: head),
            sampled: single(.xB3Sampled, in: head), flags: single(.xB3Flags, in: head))
    }

    /// Of the fields that tell of a trace, those that are not passed on as received.
    ///
    /// Never one next to another that tells of a different trace, and none where the parent is another here.
    @inline(__always)
    func droppedTraceFields(
        _ record: SlotPointer<RequestRecord>, _ tracing: CompiledTracing
    ) -> KnownHeaderSet {
        switch record[].traceSource {
        case .minted: return .trace
        case .traceparent:
            return record[].recording == .sampled ? KnownHeaderSet.trace.subtracting(.tracestate) : .b3
        case .b3:
            let isRewritten = record[].recording == .sampled || tracing.writesAnyB3
            return isRewritten ? .trace : KnownHeaderSet.trace.subtracting(.b3)
        }
    }

    @inline(__always)
    func writeTrace(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ tracing: CompiledTracing,
        into output: inout ByteBuffer
    ) {
        if record[].recording == .sampled || tracing.writesAnyB3 {
            writeEveryForm(exchange, record, tracing, into: &output)
        } else if record[].traceSource != .traceparent {
            output.append("traceparent: ")
            record[].trace.append(into: &output)
            output.append("\r\n")
        }
    }

    private func writeEveryForm(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ tracing: CompiledTracing,
        into output: inout ByteBuffer
    ) {
        let trace = forwardedTrace(exchange, record)
        if record[].traceSource != .traceparent || record[].recording == .sampled {
            output.append("traceparent: ")
            trace.append(into: &output)
            output.append("\r\n")
        }
        if tracing.writesB3 { trace.appendB3(isDebug: record[].tracesDebug, into: &output) }
        if tracing.writesB3Multi { trace.appendB3Multi(isDebug: record[].tracesDebug, into: &output) }
    }
}
