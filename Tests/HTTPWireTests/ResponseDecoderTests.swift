import HTTPWire
import Substrate
import Testing

@Suite struct ResponseDecoderTests {
    struct Exchange: CustomTestStringConvertible, Sendable {
        var method = HTTPMethod.get
        var wire: String
        var closes = false
        var testDescription: String { String(wire.prefix(40)) }
    }

    static let valid: [Exchange] = [
        Exchange(wire: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        Exchange(wire: "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"),
        Exchange(wire: "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
        Exchange(wire: "HTTP/1.1 200 Caf\u{E9}\tau lait\r\nContent-Length: 1\r\n\r\nx"),
        Exchange(
            wire: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n"),
        Exchange(wire: "HTTP/1.1 204 No Content\r\n\r\n"),
        Exchange(wire: "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"),
        Exchange(wire: "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n"),
        Exchange(method: .head, wire: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
        Exchange(method: .head, wire: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        Exchange(
            wire:
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx"
        ),
        Exchange(
            wire: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
        Exchange(wire: "HTTP/1.1 200 OK\r\n\r\nuntil the end", closes: true),
        Exchange(wire: "HTTP/1.0 200 OK\r\n\r\n", closes: true),
        Exchange(
            wire:
                "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5, max=9\r\nContent-Length: 1\r\n\r\nx"
        ),
        Exchange(
            wire:
                "HTTP/1.1 999 Odd\r\nConnection: close\r\nContent-Length: 1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\nx"
        ),
    ]

    @Test(arguments: valid)
    func `reads a response alike whole, cut anywhere and byte by byte`(exchange: Exchange) {
        let bytes = Array(exchange.wire.utf8)
        func read(_ cuts: [Int]) -> Transcript {
            Transcript.response(bytes, to: exchange.method, cuts: cuts, closes: exchange.closes)
        }
        let whole = read([])
        #expect(whole.fault == .none)
        #expect(whole.lines.last == "end")
        #expect(whole.leftover.isEmpty)
        #expect(whole.outstandingHeads == 0)
        for cut in 0...bytes.count { #expect(read([cut]) == whole) }
        #expect(read(Array(0..<bytes.count)) == whole)
    }

    @Test func `a response cut short is truncated, wherever`() {
        for exchange in Self.valid where !exchange.closes {
            let bytes = Array(exchange.wire.utf8)
            for length in 0..<bytes.count {
                let part = Transcript.response(Array(bytes.prefix(length)), to: exchange.method, closes: true)
                #expect(part.fault == .truncated)
                #expect(part.reason == .upstreamReset)
            }
        }
        let closed = Transcript.response("HTTP/1.1 200 OK\r\n\r\nabc", closes: false)
        #expect(closed.lines.last == "body abc")
    }

    @Test func `bytes behind the end are left`() {
        for exchange in Self.valid where !exchange.closes {
            let more = Transcript.response(
                exchange.wire + "HTTP/1.1 200 smuggled\r\n\r\n", to: exchange.method)
            #expect(more.fault == .none)
            #expect(String(decoding: more.leftover, as: UTF8.self) == "HTTP/1.1 200 smuggled\r\n\r\n")
        }
    }

    @Test func `nothing is read that was not asked for`() {
        var heads = HeadPool()
        var events = EventBuffer()
        var decoder = HTTP1ResponseDecoder()
        func feed(_ text: String) -> Int {
            Array(text.utf8).withBytes {
                decoder.decode($0, limits: HTTP1Limits(), heads: &heads, events: &events)
            }
        }
        #expect(decoder.isComplete)
        #expect(feed("HTTP/1.1 204 x\r\n\r\n") == 0)
        #expect(events.count == 0)
        decoder.inputEnded(events: &events)
        #expect(events.count == 0)
        decoder.expectResponse(to: .get)
        #expect(!decoder.isComplete)
        #expect(feed("HTTP/1.1 204 x\r\n\r\n") == 18)
        #expect(decoder.isComplete)
        #expect(events.count == 2)
        if let head = events[0].head { heads.release(head) }
    }

    @Test func `fills in the facts`() {
        func line(_ index: Int) -> String {
            let exchange = Self.valid[index]
            return Transcript.response(exchange.wire, to: exchange.method, closes: exchange.closes).lines[0]
        }
        #expect(line(0).contains("status=200 phrase=OK 1.1 length=2 chunked=false keeps=true"))
        #expect(line(2).contains("status=200 phrase= "))
        #expect(line(8).contains("length=10"))
        #expect(line(9).contains("chunked=true"))
        #expect(line(10).hasPrefix("informational"))
        #expect(line(11).hasPrefix("head"))
        #expect(line(11).contains("upgrade=true"))
        #expect(line(12).contains("keeps=false"))
        #expect(line(14).contains("keeps=true"))
        #expect(line(14).contains("timeout=5"))
        #expect(line(15).contains("keeps=false"))
    }

    @Test(arguments: [
        ("timeout=5", 5), ("max=1, TIMEOUT=7 ", 7), ("timeout=", 0), ("timeout=x", 0), ("", 0), (",", 0),
        ("timeout=99999999999", UInt32.max),
    ])
    func `reads the keep-alive timeout`(value: String, seconds: UInt32) {
        let wire = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nKeep-Alive: \(value)\r\n\r\n"
        #expect(Transcript.response(wire).lines[0].contains("timeout=\(seconds) "))
    }

    @Test(arguments: [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            HTTP1Fault.lengthAndCoding
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .contentLengthDuplicate),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .contentLengthInvalid),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .transferCodingUnknown),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .transferCodingInHTTP10),
        ("HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .transferCodingAmbiguous),
        ("HTTP/1.1 100 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .transferCodingAmbiguous),
        ("HTTP/1.1 101 OK\r\nContent-Length: 5\r\n\r\n", .contentLengthInvalid),
        ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", .obsoleteFold),
        ("HTTP/1.1 200 OK\nContent-Length: 0\n\n", .bareLineFeed),
        ("HTTP/1.1 200\nContent-Length: 0\n\n", .bareLineFeed),
        ("HTTP/1.1 200 OK\r\nA: b\n\r\n", .bareLineFeed),
        ("HTTP/1.1 200 O\rK\r\n\r\n", .bareCarriageReturn),
        ("HTTP/1.1 200 O\0K\r\n\r\n", .statusLineMalformed),
        ("HTTP/1.1 20 OK\r\n\r\n", .statusLineMalformed), ("HTTP/1.1 2000 OK\r\n\r\n", .statusLineMalformed),
        ("HTTP/1.1 099 OK\r\n\r\n", .statusLineMalformed), ("HTTP/1.1  200 OK\r\n\r\n", .statusLineMalformed),
        ("HTTP/2.0 200 OK\r\n\r\n", .statusLineMalformed), ("HTTP/1.2 200 OK\r\n\r\n", .statusLineMalformed),
        ("http/1.1 200 OK\r\n\r\n", .statusLineMalformed), ("HTTP/1.1 200\tOK\r\n\r\n", .statusLineMalformed),
        ("220 smtp ready\r\n", .statusLineMalformed), ("\r\nHTTP/1.1 200 OK\r\n\r\n", .statusLineMalformed),
        ("HTTP/1.1 \r\n\r\n", .statusLineMalformed),
        ("HTTP/1.1 200 OK\r\n: b\r\n\r\n", .emptyFieldName),
        ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .spaceBeforeColon),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSet-Cookie: a\r\n\r\n",
            .trailerForbidden
        ),
        (
            "HTTP/1.1 200 OK\r\nConnection: set-cookie\r\nContent-Length: 0\r\n\r\n",
            .connectionOptionProtected
        ),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA\r\n\r\n", .colonMissing),
    ])
    func `a response that can be read in two ways is refused`(wire: String, fault: HTTP1Fault) {
        let bytes = Array(wire.utf8)
        let whole = Transcript.response(bytes)
        #expect(whole.fault == fault)
        #expect(whole.reason == .upstreamResponseMalformed)
        #expect(whole.outstandingHeads == 0)
        #expect(Transcript.response(bytes, cuts: Array(0..<bytes.count)).fault == fault)
    }

    @Test func `a head of the limit is read, one byte more is refused`() {
        func wire(_ bytes: Int) -> String {
            "HTTP/1.1 204 x\r\nA: " + String(repeating: "v", count: bytes - 23) + "\r\n\r\n"
        }
        var limits = HTTP1Limits()
        limits.maxHeadBytes = 100
        #expect(Transcript.response(wire(100), limits: limits).fault == .none)
        #expect(Transcript.response(wire(101), limits: limits).fault == .headTooLarge)
        #expect(Transcript.response(wire(101), cuts: Array(0..<101), limits: limits).fault == .headTooLarge)
    }
}
