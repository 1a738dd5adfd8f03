import HTTPTransport
import HTTPWire
import Policy
import Substrate
import Telemetry

extension Gateway {
    func writeResponseHead(
        _ exchange: ExchangePointer, _ head: MessageHead, into output: inout ByteBuffer
    ) -> UInt16 {
        let record = g[].records[exchange[].id.index]
        guard let view = g[].pins.view(of: record[].pin) else { return head.facts.status }
        var status = head.facts.status
        // To Meta and to Genesys anything but 200 is a failure that is sent again.
        if record[].isWebhook, status >= 200, status < 300 { status = 200 }
        HTTP1Encoder.statusLine(status, into: &output)
        let verified = view.verifiedServices[Int(record[].state.service)]
        let dropped: KnownHeaderSet = verified ? [] : .outrigger
        let route = view.tables.routes[Int(record[].state.route)]
        if route.responseHeaders.isEmpty {
            HTTP1Encoder.fields(of: head, dropping: dropped, into: &output)
        } else {
            apply(route.responseHeaders, to: head, dropping: dropped, view, into: &output)
        }
        return status
    }

    func writeLocalAnswer(
        _ exchange: ExchangePointer, _ reason: ReasonCode, closing: Bool, into output: inout ByteBuffer
    ) -> LocalAnswer {
        let record = g[].records[exchange[].id.index]
        g[].scratch.removeAll()
        let isHead = exchange[].head.facts.method == .head
        if reason == .none, record[].isHandshake, let view = g[].pins.view(of: record[].pin) {
            view.tables.handshakeChallenge(exchange[].head, state: record[].state, into: &g[].scratch)
            let answer = LocalResponse(
                status: 200, contentType: "text/plain", reason: .none, closing: closing)
            answer.append(body: g[].scratch.bytes, isHead: isHead, into: &output)
            return LocalAnswer(status: 200, bodyBytes: isHead ? 0 : g[].scratch.count)
        }
        LocalResponse.problem(reason, requestID: record[].requestID, into: &g[].scratch)
        let answer = LocalResponse(
            status: reason.status, contentType: "application/problem+json", reason: reason, closing: closing)
        answer.append(body: g[].scratch.bytes, isHead: isHead, into: &output)
        return LocalAnswer(status: reason.status, bodyBytes: isHead ? 0 : g[].scratch.count)
    }

    func writeRefusal(_ reason: ReasonCode, listener: Int32, into output: inout ByteBuffer) {
        g[].scratch.removeAll()
        let requestID = RequestID(random: &g[].random)
        LocalResponse.problem(reason, requestID: requestID, into: &g[].scratch)
        let answer = LocalResponse(
            status: reason.status, contentType: "application/problem+json", reason: reason, closing: true)
        answer.append(body: g[].scratch.bytes, isHead: false, into: &output)
        recordRefusal(reason, requestID: requestID, listener: listener)
    }
}
