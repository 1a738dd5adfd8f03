import Glibc
import HTTPWire
import Substrate
import Testing

/// Reports what a head costs. Judges nothing: time on shared machines drifts, and only a release build says anything.
@Suite struct HeadCostTests {
    static let head = request(
        "POST /webhooks/whatsapp?source=meta HTTP/1.1",
        [
            "Host: gateway.example.com", "User-Agent: facebookexternalua", "Accept: */*",
            "Accept-Encoding: deflate, gzip",
            "Content-Type: application/json", "Content-Length: 0",
            "X-Hub-Signature: sha1=2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
            "X-Hub-Signature-256: sha256=d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592",
            "X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: https",
            "X-Request-Id: 7d0f2e5c-9a41-4b7c-8a51-6a3c0c9f1d22",
            "Connection: keep-alive",
        ])

    @Test func `reports the time for a head of 12 fields`() {
        let rounds = 20_000
        var heads = HeadPool()
        var events = EventBuffer()
        var decoder = HTTP1RequestDecoder()
        let wire = Array(Self.head.utf8)
        var best = UInt64.max
        wire.withBytes { input in
            for _ in 0..<7 {
                let start = nanoseconds()
                for _ in 0..<rounds {
                    _ = decoder.decode(input, limits: HTTP1Limits(), heads: &heads, events: &events)
                    if let head = events[0].head { heads.release(head) }
                    events.removeAll()
                }
                best = min(best, (nanoseconds() - start) / UInt64(rounds))
            }
        }
        print("HTTP1RequestDecoder: \(best) ns for a head of 12 fields, \(wire.count) bytes")
        #expect(heads.outstanding == 0)
    }

    private func nanoseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
