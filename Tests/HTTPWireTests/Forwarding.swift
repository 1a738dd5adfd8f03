import HTTPWire
import Substrate

/// What a proxy makes of a message: decoded, and written for the next hop.
enum Forwarding {
    /// The first message re-encoded from its events; nil when it is not whole and valid.
    static func request(_ wire: [UInt8], limits: HTTP1Limits = HTTP1Limits()) -> [UInt8]? {
        var heads = HeadPool()
        var events = EventBuffer()
        var decoder = HTTP1RequestDecoder()
        var output = ByteBuffer()
        var isWhole = false
        var rest = wire
        while !rest.isEmpty, !isWhole {
            let consumed = rest.withBytes { input in
                let consumed = decoder.decode(input, limits: limits, heads: &heads, events: &events)
                for index in 0..<events.count {
                    isWhole = write(events[index], input, &heads, into: &output) || isWhole
                }
                events.removeAll()
                return consumed
            }
            if consumed == 0 { break }
            rest.removeFirst(consumed)
        }
        return isWhole ? output.bytes.array : nil
    }

    private static func write(
        _ event: MessageEvent, _ input: Bytes, _ heads: inout HeadPool, into output: inout ByteBuffer
    ) -> Bool {
        switch event.kind {
        case .head:
            guard let head = event.head else { return false }
            HTTP1Encoder.requestLine(of: head, into: &output)
            // HTTP/1.0 may come without Host, HTTP/1.1 does not go on without it.
            if head.value(of: .host) == nil {
                let authority = head[head.facts.authority]
                HTTP1Encoder.field("Host", authority.isEmpty ? Bytes("none") : authority, into: &output)
            }
            for index in 0..<head.fieldCount {
                let field = head[field: index]
                let isFraming = field.known == .contentLength || field.known == .transferEncoding
                if !field.isHopByHop, !isFraming, field.known != .expect {
                    HTTP1Encoder.field(field, of: head, into: &output)
                }
            }
            HTTP1Encoder.field("Transfer-Encoding", "chunked", into: &output)
            HTTP1Encoder.endOfHead(into: &output)
            heads.release(head)
        case .body:
            HTTP1Encoder.chunkHeader(size: Int(event.range.count), into: &output)
            output.append(input[event.range])
            HTTP1Encoder.chunkEnd(into: &output)
        case .trailers: break
        case .end:
            HTTP1Encoder.lastChunk(into: &output)
            return true
        case .informational, .failed: break
        }
        return false
    }
}
