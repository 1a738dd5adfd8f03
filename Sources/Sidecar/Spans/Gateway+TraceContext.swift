import HTTPTransport
import Policy
import Substrate
import Telemetry

/// Which trace a request belongs to, and how the endpoint is told.
extension Gateway {
    /// Takes on the trace that the request brings, where its sender is believed; else begins one.
    func takeTrace(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ tracing: CompiledTracing
    ) {
        var decision = B3Context.Sampling.deferred
        if record[].peerIsTrusted || tracing.acceptsAny {
            if let received = single(.traceparent, in: exchange[].head),
                let trace = TraceContext(traceparent: received)
            {
                record[].trace = trace
                record[].traceSource = .traceparent
                return
            }
            if let told = b3(in: exchange[].head) {
                decision = told.sampling
                record[].tracesDebug = decision == .debug
                if let trace = told.trace {
                    record[].trace = trace
                    record[].traceSource = .b3
                }
            }
        }
        if record[].traceSource == .minted { record[].trace = .root(random: &g[].random) }
        guard g[].isTracing else { return }
        switch decision {
        case .deferred: if tracing.samples(random: &g[].random) { record[].trace.flags |= 0x01 }
        case .denied: break
        case .accepted, .debug: record[].trace.flags |= 0x01
        }
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
    func droppedTraceFields(
        _ record: SlotPointer<RequestRecord>, _ tracing: CompiledTracing
    ) -> KnownHeaderSet {
        switch record[].traceSource {
        case .minted: return .trace
        case .traceparent:
            return record[].recording == .sampled ? KnownHeaderSet(.traceparent).union(.b3) : .b3
        case .b3:
            let isRewritten = record[].recording == .sampled || tracing.writesB3 || tracing.writesB3Multi
            return isRewritten ? .trace : KnownHeaderSet(.traceparent, .tracestate)
        }
    }

    func writeTrace(
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
