import HTTPTransport
import Policy
import Substrate
import Telemetry

extension Gateway {
    /// Gives the request its trace and its id: those of a verified peer as received, otherwise new ones.
    func identify(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ tracing: CompiledTracing
    ) {
        let head = exchange[].head
        takeTrace(exchange, record, tracing)
        if record[].peerIsTrusted {
            if let received = single(.xRequestID, in: head), RequestID.isAcceptable(received) {
                record[].keepsRequestID = true
                record[].requestID = RequestID(parsing: received)
            }
            if let received = single(.outriggerFlow, in: head) { record[].flow = FlowID.parse(received) }
        }
        if !record[].keepsRequestID { record[].requestID = RequestID(random: &g[].random) }
    }

    /// One flow for each webhook request, minted at the edge.
    func giveFlow(_ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>) {
        guard record[].flow == nil else { return }
        record[].flow = FlowID.mint(now: exchange[].startedAt.wall, random: &g[].random)
    }

    /// The value of a field that stands exactly once.
    func single(_ known: KnownHeader, in head: MessageHead) -> Bytes? {
        var found: Bytes?
        for index in 0..<head.fieldCount where head[field: index].known == known {
            if found != nil { return nil }
            found = head[head[field: index].value]
        }
        return found
    }
}
