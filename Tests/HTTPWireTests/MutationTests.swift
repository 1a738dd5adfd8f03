import HTTPWire
import Substrate
import Testing

/// Seeded mutations of valid messages: nothing traps, the cuts do not matter, and what is let through is read alike
/// by the next parser.
@Suite struct MutationTests {
    private static let rounds = 20_000
    private static let emptyLines = Array("\r\n\r\n".utf8)
    private static let pieces: [String] = [
        "\r\n", "\n", "\r", "\0", " ", "\t", ":", ",", ";", "%2e", "%2F", "%25", "//", "/../", "..", "#", "?",
        "chunked",
        "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "Connection: close\r\n",
        "0\r\n\r\n",
        "1\r\nx\r\n", "HTTP/1.0", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\u{7F}", "\u{E9}", "[", "_",
        "http://a",
    ]

    private func mutate(_ wire: [UInt8], _ random: inout RandomSource) -> [UInt8] {
        var bytes = wire
        for _ in 0...random.next(below: 3) {
            let at = Int(random.next(below: UInt32(bytes.count + 1)))
            switch random.next(below: 5) {
            case 0 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1 where at < bytes.count: bytes.remove(at: at)
            case 2 where at < bytes.count: bytes[at] ^= 1 << UInt8(random.next(below: 8))
            case 3: bytes.removeLast(bytes.count - at)
            default:
                let piece = Self.pieces[Int(random.next(below: UInt32(Self.pieces.count)))]
                bytes.insert(contentsOf: piece.utf8, at: at)
            }
        }
        return bytes
    }

    private func cuts(_ count: Int, _ random: inout RandomSource) -> [Int] {
        (0..<3).map { _ in Int(random.next(below: UInt32(count + 1))) }.sorted()
    }

    @Test func `mutated requests never trap and never depend on their cuts`() {
        var random = RandomSource(seed: 1)
        var accepted = 0
        for round in 0..<Self.rounds {
            let source = RequestDecoderTests.valid[round % RequestDecoderTests.valid.count]
            // The empty lines end whatever head is open: a fault in it must be found, however it came.
            let wire = mutate(Array(source.utf8), &random) + Self.emptyLines
            let whole = Transcript.requests(wire)
            let cut = Transcript.requests(wire, cuts: cuts(wire.count, &random))
            if whole.fault != cut.fault || whole.lines != cut.lines || whole.outstandingHeads != 0 {
                Issue.record("cuts matter: \(String(decoding: wire, as: UTF8.self).debugDescription)")
                return
            }
            if whole.fault == .none { accepted += 1 }
            checkReencoding(wire)
        }
        #expect(accepted > Self.rounds / 20)
    }

    @Test func `mutated responses never trap and never depend on their cuts`() {
        var random = RandomSource(seed: 2)
        for round in 0..<Self.rounds {
            let source = ResponseDecoderTests.valid[round % ResponseDecoderTests.valid.count]
            let wire = mutate(Array(source.wire.utf8), &random) + Self.emptyLines
            let closes = random.next(below: 2) == 0
            let whole = Transcript.response(wire, to: source.method, closes: closes)
            let cut = Transcript.response(
                wire, to: source.method, cuts: cuts(wire.count, &random), closes: closes)
            if whole.fault != cut.fault || whole.lines != cut.lines || whole.outstandingHeads != 0 {
                Issue.record("cuts matter: \(String(decoding: wire, as: UTF8.self).debugDescription)")
                return
            }
        }
    }

    /// Writes the first message of `wire` as it would be forwarded, and reads that: the meaning must be the same, and
    /// all of it must be consumed.
    private func checkReencoding(_ wire: [UInt8]) {
        guard let first = Forwarding.request(wire) else { return }
        guard let second = Forwarding.request(first) else {
            Issue.record("not read again: \(String(decoding: wire, as: UTF8.self).debugDescription)")
            return
        }
        if first != second {
            Issue.record("read otherwise: \(String(decoding: wire, as: UTF8.self).debugDescription)")
        }
        let transcript = Transcript.requests(first)
        if !transcript.leftover.isEmpty || transcript.lines.filter({ $0 == "end" }).count != 1 {
            Issue.record("not one message: \(String(decoding: wire, as: UTF8.self).debugDescription)")
        }
    }
}
