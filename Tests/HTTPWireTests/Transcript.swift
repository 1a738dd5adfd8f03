import HTTPWire
import Substrate

/// What a decoder said, as text: bodies joined, so that it does not depend on how the bytes were cut.
struct Transcript: Equatable {
    var lines: [String] = []
    var fault = HTTP1Fault.none
    var reason = ReasonCode.none
    /// Bytes that the decoder left behind.
    var leftover: [UInt8] = []
    var outstandingHeads = 0
    private var body: [UInt8] = []

    mutating func add(_ event: MessageEvent, input: Bytes, heads: inout HeadPool) {
        if event.kind == .body {
            body += input[event.range].array
            return
        }
        flushBody()
        switch event.kind {
        case .head, .informational:
            guard let head = event.head else { return }
            lines.append("\(event.kind) \(Transcript.describe(head))")
            heads.release(head)
        case .trailers: lines.append("trailers \(input[event.range].text)")
        case .end: lines.append("end")
        case .failed:
            fault = event.fault
            reason = event.reason
        case .body: break
        }
    }

    mutating func flushBody() {
        if !body.isEmpty { lines.append("body \(String(decoding: body, as: UTF8.self))") }
        body = []
    }

    static func describe(_ head: MessageHead) -> String {
        let facts = head.facts
        var text =
            "\(facts.method) \(head[facts.methodName].text) \(head[facts.target].text) "
            + "path=\(head[facts.path].text) query=\(facts.hasQuery ? head[facts.query].text : "-") "
            + "authority=\(head[facts.authority].text) host=\(head[facts.host].text) status=\(facts.status) "
            + "phrase=\(head[facts.reasonPhrase].text) 1.\(facts.minorVersion) length=\(facts.contentLength) "
            + "chunked=\(facts.isChunked) keeps=\(facts.keepsAlive) expects=\(facts.expectsContinue) "
            + "upgrade=\(facts.wantsUpgrade) timeout=\(facts.keepAliveTimeoutSeconds) "
            + "underscore=\(facts.hasUnderscoreName)"
        for index in 0..<head.fieldCount {
            let field = head[field: index]
            text += "\n  \(head[field.name].text)=\(head[field.value].text)"
            if field.known != .other { text += " (\(field.known))" }
            if field.isHopByHop { text += " hop" }
        }
        return text
    }
}

extension Transcript {
    /// Feeds requests, cut at `cuts`; bytes not consumed are offered again, as the transport does it.
    static func requests(
        _ wire: [UInt8], cuts: [Int] = [], limits: HTTP1Limits = HTTP1Limits()
    ) -> Transcript {
        var heads = HeadPool()
        var events = EventBuffer()
        var decoder = HTTP1RequestDecoder()
        return feed(wire, cuts: cuts, heads: &heads, events: &events) { input, heads, events in
            decoder.decode(input, limits: limits, heads: &heads, events: &events)
        } onEnd: { _ in
        }
    }

    static func requests(_ wire: String, cuts: [Int] = [], limits: HTTP1Limits = HTTP1Limits()) -> Transcript
    {
        requests(Array(wire.utf8), cuts: cuts, limits: limits)
    }

    /// Feeds one response; the connection closes behind the bytes if `closes`.
    static func response(
        _ wire: [UInt8], to method: HTTPMethod = .get, cuts: [Int] = [], closes: Bool = false,
        limits: HTTP1Limits = HTTP1Limits()
    ) -> Transcript {
        var heads = HeadPool()
        var events = EventBuffer()
        var decoder = HTTP1ResponseDecoder()
        decoder.expectResponse(to: method)
        return feed(wire, cuts: cuts, heads: &heads, events: &events) { input, heads, events in
            decoder.decode(input, limits: limits, heads: &heads, events: &events)
        } onEnd: { events in
            if closes { decoder.inputEnded(events: &events) }
        }
    }

    static func response(
        _ wire: String, to method: HTTPMethod = .get, cuts: [Int] = [], closes: Bool = false,
        limits: HTTP1Limits = HTTP1Limits()
    ) -> Transcript {
        response(Array(wire.utf8), to: method, cuts: cuts, closes: closes, limits: limits)
    }

    private static func feed(
        _ wire: [UInt8], cuts: [Int], heads: inout HeadPool, events: inout EventBuffer,
        decode: (Bytes, inout HeadPool, inout EventBuffer) -> Int, onEnd: (inout EventBuffer) -> Void
    ) -> Transcript {
        var transcript = Transcript()
        var pending: [UInt8] = []
        var start = 0
        for cut in cuts + [wire.count] {
            pending += wire[start..<cut]
            start = cut
            while !pending.isEmpty {
                let consumed = pending.withBytes { input in
                    let consumed = decode(input, &heads, &events)
                    for index in 0..<events.count {
                        transcript.add(events[index], input: input, heads: &heads)
                    }
                    events.removeAll()
                    return consumed
                }
                pending.removeFirst(consumed)
                if consumed == 0 { break }
            }
        }
        onEnd(&events)
        for index in 0..<events.count { transcript.add(events[index], input: Bytes(), heads: &heads) }
        transcript.flushBody()
        transcript.leftover = pending
        transcript.outstandingHeads = heads.outstanding
        return transcript
    }
}

/// A request with these field lines, each without its CRLF.
func request(_ line: String = "GET / HTTP/1.1", _ fields: [String] = ["Host: a"], body: String = "") -> String
{
    ([line] + fields).map { $0 + "\r\n" }.joined() + "\r\n" + body
}
