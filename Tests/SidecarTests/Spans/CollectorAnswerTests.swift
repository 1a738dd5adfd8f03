import Substrate
import Testing

@testable import Sidecar

@Suite("answers of a collector")
struct CollectorAnswerTests {
    private struct Understood: Equatable {
        var step: CollectorAnswer.Step
        var status: UInt16 = 0
        var body = 0
        var keepsAlive = false
        var retryAfterSeconds: UInt64?
    }

    private func read(_ pieces: [[UInt8]], thenEnds: Bool = false) -> Understood {
        var answer = CollectorAnswer()
        answer.expect()
        var step = CollectorAnswer.Step.needsMore
        for piece in pieces where step == .needsMore { step = piece.withBytes { answer.received($0) } }
        if step == .needsMore, thenEnds { step = answer.ended() }
        return Understood(
            step: step, status: answer.status, body: answer.body.count, keepsAlive: answer.keepsAlive,
            retryAfterSeconds: answer.retryAfterSeconds)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `is read whole, by every prefix and byte by byte`() {
        let text = bytes("HTTP/1.1 503 Later\r\nRetry-After: 12\r\nContent-Length: 3\r\n\r\nabc")
        let expected = Understood(step: .whole, status: 503, body: 3, keepsAlive: true, retryAfterSeconds: 12)
        #expect(read([text]) == expected)
        #expect(read(text.map { [$0] }) == expected)
        for count in 0..<text.count {
            #expect(read([Array(text.prefix(count))]).step == .needsMore)
            #expect(read([Array(text.prefix(count)), Array(text.dropFirst(count))]) == expected)
            #expect(read([Array(text.prefix(count))], thenEnds: true).step == .refused)
        }
    }

    @Test func `chunks, interim answers and an end by closing are understood`() {
        let chunked =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
        #expect(read([bytes(chunked)]) == Understood(step: .whole, status: 200, body: 2, keepsAlive: true))
        let closed = read([bytes("HTTP/1.1 200 OK\r\n\r\nab")], thenEnds: true)
        #expect(closed == Understood(step: .whole, status: 200, body: 2, keepsAlive: false))
    }

    @Test func `a connection with more bytes than an answer is not used again`() {
        let text = bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nX")
        #expect(read([text]) == Understood(step: .whole, status: 200, body: 0, keepsAlive: false))
    }

    @Test(arguments: [
        "\0\u{1}garbage\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ])
    func `what is no answer is refused`(text: String) { #expect(read([bytes(text)]).step == .refused) }

    @Test func `a date is no number of seconds`() {
        let text =
            "HTTP/1.1 503 Later\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n"
        #expect(read([bytes(text)]).retryAfterSeconds == nil)
    }

    @Test func `keeps as much of a body as it may, and reads as much as it may`() {
        func answer(_ count: Int) -> Understood {
            var rest = [UInt8](repeating: 0x61, count: count)[...]
            var pieces = [bytes("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n")]
            while !rest.isEmpty {
                pieces.append(Array(rest.prefix(16_384)))
                rest = rest.dropFirst(16_384)
            }
            return read(pieces)
        }
        #expect(answer(CollectorAnswer.maxKeptBytes).body == CollectorAnswer.maxKeptBytes)
        #expect(answer(CollectorAnswer.maxKeptBytes + 1).body <= CollectorAnswer.maxKeptBytes)
        #expect(answer(CollectorAnswer.maxReadBytes).step == .whole)
        #expect(answer(CollectorAnswer.maxReadBytes + 1).step == .refused)
    }
}
