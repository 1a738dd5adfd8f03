import HTTPWire
import Substrate
import Testing

@Suite struct LimitsTests {
    /// The outcome whole, and byte by byte where that is quick enough.
    private func requestFault(_ wire: String, _ limits: HTTP1Limits) -> (HTTP1Fault, UInt16) {
        let bytes = Array(wire.utf8)
        let whole = Transcript.requests(bytes, limits: limits)
        #expect(Transcript.requests(bytes, cuts: Array(0..<bytes.count), limits: limits).fault == whole.fault)
        return (whole.fault, whole.reason.status)
    }

    @Test func `defaults are the documented ones`() {
        let limits = HTTP1Limits()
        #expect(limits.maxHeadBytes == 61_440)
        #expect(limits.maxFields == 100)
        #expect(limits.maxTargetBytes == 8192)
        #expect(limits.maxChunkHeaderBytes == 256)
        #expect(limits.maxTrailerBytes == 8192)
        #expect(!limits.refusesUnderscores)
    }

    @Test func `a head of the limit is read, one byte more is 431`() {
        let plain = request("GET / HTTP/1.1", ["Host: a", "A: "])
        var limits = HTTP1Limits()
        limits.maxHeadBytes = 300
        func head(_ bytes: Int) -> String {
            request(
                "GET / HTTP/1.1",
                ["Host: a", "A: " + String(repeating: "v", count: bytes - plain.utf8.count)])
        }
        #expect(requestFault(head(300), limits) == (.none, 200))
        #expect(requestFault(head(301), limits) == (.headTooLarge, 431))
        #expect(Transcript.requests(head(61_440)).fault == .none)
        #expect(Transcript.requests(head(61_441)).fault == .headTooLarge)
        // Without an end in sight.
        #expect(Transcript.requests(String(head(70_000).dropLast(4))).fault == .headTooLarge)
        // The body does not count.
        let body = request(
            "PUT / HTTP/1.1", ["Host: a", "Content-Length: 400"], body: String(repeating: "x", count: 400))
        #expect(requestFault(body, limits) == (.none, 200))
    }

    @Test func `100 fields are read, 101 are 431`() {
        func head(_ fields: Int) -> String {
            request("GET / HTTP/1.1", ["Host: a"] + (1..<fields).map { "A\($0): b" })
        }
        #expect(requestFault(head(100), HTTP1Limits()) == (.none, 200))
        #expect(requestFault(head(101), HTTP1Limits()) == (.tooManyFields, 431))
        #expect(requestFault(String(head(200).dropLast(2)), HTTP1Limits()) == (.tooManyFields, 431))
        var limits = HTTP1Limits()
        limits.maxFields = 1000
        #expect(Transcript.requests(head(MessageHead.maxFields), limits: limits).fault == .none)
        #expect(Transcript.requests(head(MessageHead.maxFields + 1), limits: limits).fault == .tooManyFields)
    }

    @Test func `a target of the limit is read, one byte more is 414`() {
        func head(_ bytes: Int, _ prefix: String = "/") -> String {
            request("GET " + prefix + String(repeating: "a", count: bytes - prefix.utf8.count) + " HTTP/1.1")
        }
        var limits = HTTP1Limits()
        limits.maxTargetBytes = 200
        for prefix in ["/", "/?", "/%41", "http://a/"] {
            #expect(requestFault(head(200, prefix), limits) == (.none, 200))
            #expect(requestFault(head(201, prefix), limits) == (.targetTooLong, 414))
        }
        #expect(Transcript.requests(head(8192)).fault == .none)
        #expect(Transcript.requests(head(8193)).fault == .targetTooLong)
        // Without an end in sight.
        #expect(Transcript.requests("GET /" + String(repeating: "a", count: 9000)).fault == .targetTooLong)
    }

    @Test func `a method of 32 bytes is read, one byte more is refused`() {
        #expect(
            requestFault(request(String(repeating: "M", count: 32) + " / HTTP/1.1"), HTTP1Limits()) == (
                .none, 200
            ))
        #expect(
            requestFault(request(String(repeating: "M", count: 33) + " / HTTP/1.1"), HTTP1Limits())
                == (.methodInvalid, 400))
    }

    @Test func `two empty lines are skipped, three are refused`() {
        #expect(requestFault("\r\n\r\n" + request(), HTTP1Limits()) == (.none, 200))
        #expect(requestFault("\r\n\r\n\r\n" + request(), HTTP1Limits()) == (.tooManyEmptyLines, 400))
    }

    @Test func `content lengths reach to the end of Int64`() {
        func head(_ length: String) -> String {
            request("PUT / HTTP/1.1", ["Host: a", "Content-Length: \(length)"])
        }
        #expect(requestFault(head("9223372036854775807"), HTTP1Limits()) == (.none, 200))
        #expect(requestFault(head("9223372036854775808"), HTTP1Limits()) == (.contentLengthOverflow, 400))
        #expect(requestFault(head("0000000000000000001"), HTTP1Limits()) == (.none, 200))
        #expect(requestFault(head("00000000000000000001"), HTTP1Limits()) == (.contentLengthOverflow, 400))
    }

    private func chunked(_ body: String) -> String {
        request("PUT / HTTP/1.1", ["Host: a", "Transfer-Encoding: chunked"], body: body)
    }

    @Test func `chunk sizes reach to the end of Int64`() {
        #expect(requestFault(chunked("7fffffffffffffff\r\nx"), HTTP1Limits()) == (.none, 200))
        #expect(requestFault(chunked("8000000000000000\r\nx"), HTTP1Limits()) == (.chunkSizeOverflow, 400))
        #expect(requestFault(chunked("0000000000000001\r\nx"), HTTP1Limits()) == (.none, 200))
        #expect(requestFault(chunked("00000000000000001\r\nx"), HTTP1Limits()) == (.chunkSizeOverflow, 400))
    }

    @Test func `a chunk header of the limit is read, one byte more is refused`() {
        func body(_ header: Int) -> String {
            "1;" + String(repeating: "e", count: header - 4) + "\r\nx\r\n0\r\n\r\n"
        }
        #expect(requestFault(chunked(body(256)), HTTP1Limits()) == (.none, 200))
        #expect(requestFault(chunked(body(257)), HTTP1Limits()) == (.chunkHeaderTooLong, 400))
        #expect(
            requestFault(chunked("1;" + String(repeating: "e", count: 300)), HTTP1Limits()) == (
                .chunkHeaderTooLong, 400
            ))
    }

    @Test func `a trailer section of the limit is read, one byte more is 431`() {
        func body(_ trailers: Int) -> String {
            "0\r\nA: " + String(repeating: "v", count: trailers - 7) + "\r\n\r\n"
        }
        var limits = HTTP1Limits()
        limits.maxTrailerBytes = 100
        #expect(requestFault(chunked(body(100)), limits) == (.none, 200))
        #expect(requestFault(chunked(body(101)), limits) == (.trailersTooLarge, 431))
        #expect(Transcript.requests(chunked(body(8192))).fault == .none)
        #expect(Transcript.requests(chunked(body(8193))).fault == .trailersTooLarge)
        let many = "0\r\n" + String(repeating: "a: b\r\n", count: 100)
        #expect(Transcript.requests(chunked(many + "\r\n")).fault == .none)
        #expect(requestFault(chunked(many + "a: b\r\n\r\n"), HTTP1Limits()) == (.tooManyFields, 431))
    }

    @Test func `limits of zero or less refuse, and never trap`() {
        var limits = HTTP1Limits()
        limits.maxHeadBytes = -1
        limits.maxFields = -1
        limits.maxTargetBytes = -1
        #expect(Transcript.requests(request(), limits: limits).fault == .headTooLarge)
        limits.maxHeadBytes = 100
        #expect(Transcript.requests(request(), limits: limits).fault == .targetTooLong)
        limits.maxTargetBytes = .max
        #expect(Transcript.requests(request(), limits: limits).fault == .tooManyFields)
    }
}
