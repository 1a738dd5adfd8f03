import HTTPTransport
import HTTPWire
import Policy
import Reactor
import Substrate
import Telemetry

extension Gateway {
    /// Written by us on every hop, whatever was received.
    private static let always = KnownHeaderSet.outrigger.union(KnownHeaderSet(.xForwardedClientCert))
    /// What a stranger says of itself, of the client or of a trace counts for nothing.
    private static let fromStrangers = always.union(
        KnownHeaderSet(
            .xRequestID, .xForwardedFor, .xForwardedHost, .xForwardedProto, .forwarded, .xRealIP))

    func writeRequestHead(_ exchange: ExchangePointer, into output: inout ByteBuffer) {
        let record = g[].records[exchange[].id.index]
        guard let view = g[].pins.view(of: record[].pin) else { return }
        let head = exchange[].head
        let listener = view.tables.listeners[Int(record[].listener)]
        var dropped = record[].peerIsTrusted ? Self.always : Self.fromStrangers
        if record[].peerIsTrusted {
            if !record[].keepsRequestID { dropped.formUnion(KnownHeaderSet(.xRequestID)) }
        } else if listener.trustedHops > 0 {
            // A proxy in front is trusted to say how the client came.
            dropped.subtract(KnownHeaderSet(.xForwardedHost, .xForwardedProto))
        }
        dropped.formUnion(droppedTraceFields(record, listener.tracing))
        // A collected body was asked for by us already.
        if record[].isWebhook { dropped.formUnion(KnownHeaderSet(.expect)) }

        HTTP1Encoder.requestLine(of: head, into: &output)
        let route = view.tables.routes[Int(record[].state.route)]
        if route.requestHeaders.isEmpty {
            HTTP1Encoder.fields(of: head, dropping: dropped, into: &output)
        } else {
            apply(route.requestHeaders, to: head, dropping: dropped, view, into: &output)
        }
        // Only HTTP/1.0 may come without the field; its target may still have named a host.
        if head.facts.minorVersion == 0, head.value(of: .host) == nil {
            let service = view.tables.services[Int(record[].state.service)].name
            HTTP1Encoder.field(
                "host",
                head.facts.authority.isEmpty ? view.tables.text.bytes(service) : head[head.facts.authority],
                into: &output)
        }
        writeTrace(exchange, record, listener.tracing, into: &output)
        writeOwnFields(exchange, record, view, trustedHops: listener.trustedHops, into: &output)
    }

    private func writeOwnFields(
        _ exchange: ExchangePointer, _ record: SlotPointer<RequestRecord>, _ view: SnapshotView,
        trustedHops: UInt32, into output: inout ByteBuffer
    ) {
        if !record[].keepsRequestID, let requestID = record[].requestID {
            output.append("x-request-id: ")
            requestID.append(into: &output)
            output.append("\r\n")
        }
        if !record[].peerIsTrusted {
            output.append("x-forwarded-for: ")
            ForwardedFor.appendTrusted(exchange[].head, hops: Int(trustedHops), into: &output)
            exchange[].peer.appendIP(into: &output)
            output.append("\r\n")
            if trustedHops == 0 || exchange[].head.value(of: .xForwardedProto) == nil {
                let isEncrypted = g[].transport?.isEncrypted(exchange) ?? false
                output.append(isEncrypted ? "x-forwarded-proto: https\r\n" : "x-forwarded-proto: http\r\n")
            }
        }
        let tenant = view.tables.tenantName(
            of: record[].state, head: exchange[].head,
            peer: PeerFacts(spiffe: g[].transport?.peerIdentity(exchange) ?? Bytes()))
        if !tenant.isEmpty { HTTP1Encoder.field("x-outrigger-tenant", tenant, into: &output) }
        if record[].peerIsTrusted, let peer = g[].transport?.peerIdentity(exchange), !peer.isEmpty {
            HTTP1Encoder.field("x-outrigger-peer", peer, into: &output)
        }
        if let flow = record[].flow {
            output.append("x-outrigger-flow: ")
            flow.append(into: &output)
            output.append("\r\n")
        }
    }

    /// Field lines with a route's operations applied: removals and replacements first, additions behind.
    func apply(
        _ operations: TableRange, to head: MessageHead, dropping: KnownHeaderSet, _ view: SnapshotView,
        into output: inout ByteBuffer
    ) {
        var mask: (UInt64, UInt64) = (0, 0)
        for place in operations.indices where view.tables.headerOperations[place].kind != .add {
            let name = view.tables.text.bytes(view.tables.headerOperations[place].name)
            for index in 0..<head.fieldCount where head[head[field: index].name].equalsIgnoringASCIICase(name)
            {
                if index < 64 { mask.0 |= 1 << UInt64(index) } else { mask.1 |= 1 << UInt64(index & 63) }
            }
        }
        HTTP1Encoder.fields(of: head, dropping: dropping, except: mask, into: &output)
        for place in operations.indices where view.tables.headerOperations[place].kind != .remove {
            let operation = view.tables.headerOperations[place]
            HTTP1Encoder.field(
                name: view.tables.text.bytes(operation.name), value: view.tables.text.bytes(operation.value),
                into: &output)
        }
    }
}
