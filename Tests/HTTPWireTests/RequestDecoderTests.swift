import HTTPWire
import Substrate
import Testing

@Suite struct RequestDecoderTests {
    static let valid: [String] = [
        request(),
        request("GET /a/b?x=1&y=%20 HTTP/1.1", ["Host: Example.COM.:8080", "X-Thing:\t v \t", "Empty:"]),
        request("POST /p HTTP/1.1", ["Host: a", "Content-Length: 5"], body: "hello"),
        request("POST /p HTTP/1.1", ["Host: a", "Content-Length: 0"]),
        request(
            "POST /p HTTP/1.1", ["Host: a", "transfer-encoding: Chunked"],
            body: "5\r\nhello\r\n1;a=b\r\n!\r\n0\r\n\r\n"),
        request(
            "POST /p HTTP/1.1", ["Host: a", "Transfer-Encoding: chunked"],
            body: "A;x=\"y\"\r\n0123456789\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n"),
        request(
            "DELETE /p HTTP/1.1", ["Host: a", "Transfer-Encoding: chunked"], body: "1\r\nx\r\n0\r\n\r\n"),
        request("GET /p HTTP/1.1", ["Host: a", "Content-Length: 3"], body: "abc"),
        request("OPTIONS * HTTP/1.1"),
        request("GET HTTP://A.example/x/../y?q HTTP/1.1", ["Host: a.EXAMPLE:80"]),
        request("GET / HTTP/1.0", []),
        request("GET / HTTP/1.0", ["Connection: keep-alive"]),
        request(
            "PURGE / HTTP/1.1",
            ["Host: [::1]:80", "Connection: close, X-Mine, te", "X-Mine: 1", "TE: trailers"]),
        request("PUT / HTTP/1.1", ["Host: a", "Expect: 100-Continue", "Content-Length: 1"], body: "z"),
        request("GET /ws HTTP/1.1", ["Host: a", "Connection: Upgrade", "Upgrade: websocket"]),
        "\r\n\r\n" + request("GET /%7euser/%2e%2E/x HTTP/1.1"),
        request("GET /caf%c3%a9 HTTP/1.1", ["Host: a", "X-Obs: \u{E9}", "a_b: 1"]),
    ]

    @Test(arguments: valid)
    func `reads a message alike whole, cut anywhere and byte by byte`(wire: String) {
        let bytes = Array(wire.utf8)
        let whole = Transcript.requests(bytes)
        #expect(whole.fault == .none)
        #expect(whole.lines.last == "end")
        #expect(whole.leftover.isEmpty)
        #expect(whole.outstandingHeads == 0)
        for cut in 0...bytes.count { #expect(Transcript.requests(bytes, cuts: [cut]) == whole) }
        #expect(Transcript.requests(bytes, cuts: Array(0..<bytes.count)) == whole)
    }

    @Test func `says nothing of a message's end before it is there`() {
        for wire in Self.valid {
            let bytes = Array(wire.utf8)
            for length in 0..<bytes.count {
                let part = Transcript.requests(Array(bytes.prefix(length)))
                #expect(part.fault == .none)
                #expect(!part.lines.contains("end"))
                #expect(part.outstandingHeads == 0)
            }
        }
    }

    @Test func `stops behind one message and reads pipelined ones in turn`() {
        let wire = Array(Self.valid.joined().utf8)
        let whole = Transcript.requests(wire)
        #expect(whole.fault == .none)
        #expect(whole.lines.filter { $0 == "end" }.count == Self.valid.count)
        #expect(Transcript.requests(wire, cuts: Array(0..<wire.count)) == whole)
        #expect(whole.lines == Self.valid.flatMap { Transcript.requests($0).lines })
        let two = Array((request() + request("GET /2 HTTP/1.1")).utf8)
        #expect(consumedByFirstCall(two) == request().utf8.count)
    }

    private func consumedByFirstCall(_ wire: [UInt8]) -> Int {
        var heads = HeadPool()
        var events = EventBuffer()
        var decoder = HTTP1RequestDecoder()
        return wire.withBytes { input in
            let consumed = decoder.decode(input, limits: HTTP1Limits(), heads: &heads, events: &events)
            for index in 0..<events.count { if let head = events[index].head { heads.release(head) } }
            return consumed
        }
    }

    @Test func `is idle, in a head or in a body`() {
        var heads = HeadPool()
        var events = EventBuffer()
        var decoder = HTTP1RequestDecoder()
        func feed(_ text: String) -> Int {
            Array(text.utf8).withBytes {
                let consumed = decoder.decode($0, limits: HTTP1Limits(), heads: &heads, events: &events)
                for index in 0..<events.count { if let head = events[index].head { heads.release(head) } }
                events.removeAll()
                return consumed
            }
        }
        #expect(decoder.isIdle)
        #expect(feed("\r\n") == 2)
        #expect(decoder.isIdle)
        #expect(feed("P") == 0)
        #expect(decoder.isInHead)
        #expect(feed("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx") == 47)
        #expect(decoder.isInBody)
        #expect(feed("y") == 1)
        #expect(decoder.isIdle)
        #expect(feed(" / HTTP/1.1\r\n") == 0)
        #expect(decoder.hasFailed)
        #expect(feed(request()) == 0)
        #expect(MemoryLayout<HTTP1RequestDecoder>.size <= 64)
        #expect(MemoryLayout<HTTP1ResponseDecoder>.size <= 64)
    }

    @Test func `fills in the facts`() {
        let line = Transcript.requests(Self.valid[1]).lines[0]
        #expect(
            line.hasPrefix(
                "head get GET /a/b?x=1&y=%20 path=/a/b query=x=1&y=%20 authority=Example.COM.:8080 "
                    + "host=example.com status=0"))
        #expect(line.hasSuffix("Host=Example.COM.:8080 (host)\n  X-Thing=v\n  Empty="))
        let listed = Transcript.requests(Self.valid[12]).lines[0]
        #expect(listed.contains("keeps=false"))
        #expect(listed.contains("host=[::1]"))
        #expect(listed.contains("X-Mine=1 hop"))
        #expect(Transcript.requests(Self.valid[13]).lines[0].contains("expects=true"))
        #expect(Transcript.requests(Self.valid[14]).lines[0].contains("upgrade=true"))
        #expect(Transcript.requests(Self.valid[10]).lines[0].contains("keeps=false"))
        #expect(Transcript.requests(Self.valid[11]).lines[0].contains("keeps=true"))
        #expect(
            Transcript.requests(Self.valid[9]).lines[0].contains(
                "path=/y query=q authority=A.example host=a.example"))
        #expect(Transcript.requests(Self.valid[16]).lines[0].contains("underscore=true"))
    }

    @Test func `moves a head that outgrows a pooled block`() {
        let fields = (0..<99).map { "X-Field-\($0): \(String(repeating: "v", count: 500))" }
        let wire = request("GET /a//b HTTP/1.1", ["Host: A"] + fields)
        let transcript = Transcript.requests(wire)
        #expect(transcript.fault == .none)
        #expect(transcript.lines[0].contains("path=/a/b"))
        #expect(transcript.lines[0].contains("host=a "))
        #expect(transcript.lines[0].hasSuffix(fields[98].replacing(": ", with: "=")))
        #expect(transcript.outstandingHeads == 0)
    }
}
