import JSON
import Substrate
import Testing

/// Samples changed at random from a fixed seed: never a trap, and always the reference's verdict.
@Suite struct MutationTests {
    private static let seed: UInt64 = 0x5EED
    private static let dictionary: [[UInt8]] =
        [
            "\"", "\\", "\\u", "\\uD800", "\\uDC00", "{", "}", "[", "]", ":", ",", "-", "0", "1e", ".",
            "null", "tru",
            " ", "\n", "\u{0}", "é", "😀", "\u{FEFF}", "//", "9999999999999999999999",
        ].map { Array($0.utf8) } + [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xFF], [0xF4, 0x90]]

    private func mutate(_ bytes: [UInt8], _ random: inout RandomSource) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.next(below: 3) {
            guard !bytes.isEmpty else { break }
            let at = Int(random.next(below: UInt32(bytes.count)))
            let end = min(bytes.count, at + 1 + Int(random.next(below: 20)))
            switch random.next(below: 6) {
            case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes[at] ^= 1 << UInt8(random.next(below: 8))
            case 2: bytes.removeSubrange(at..<end)
            case 3: bytes.insert(contentsOf: bytes[at..<end], at: at)
            case 4: bytes = Array(bytes.prefix(at))
            default:
                let word = Self.dictionary[Int(random.next(below: UInt32(Self.dictionary.count)))]
                bytes.insert(contentsOf: word, at: at)
            }
        }
        return bytes
    }

    /// The parser's answer, and the document written again.
    private func outcome(_ tape: inout JSONTape, _ text: [UInt8]) -> (JSONError?, [UInt8]) {
        var limits = JSONLimits()
        limits.duplicateKeys = .report
        return text.withBytes { bytes in
            do throws(JSONError) {
                try tape.parse(bytes, limits: limits)
                return (nil, rewritten(tape.root(bytes)))
            } catch {
                return (error, [])
            }
        }
    }

    @Test func `ten thousand mutated samples are judged alike by parser, itself and reference`() throws {
        let samples = try Samples.all()
        var random = RandomSource(seed: Self.seed)
        var reused = JSONTape(seed: 1)
        var taken = 0
        for round in 0..<10_000 {
            let sample = samples[Int(random.next(below: UInt32(samples.count)))]
            let text = mutate(sample.bytes, &random)
            var fresh = JSONTape(seed: UInt64(round))
            let (error, written) = outcome(&reused, text)
            let (again, writtenAgain) = outcome(&fresh, text)
            var isRight = error == again && written == writtenAgain
            // The reference is slow: it judges one in four, and every text that was taken.
            if round % 4 == 0 || error == nil {
                isRight = isRight && (error == nil) == referenceAccepts(text)
            }
            if let error { isRight = isRight && error.offset >= 0 && error.offset <= text.count }
            if error == nil {
                taken += 1
                isRight = isRight && outcome(&fresh, written) == (nil, written)
            }
            guard isRight else {
                Issue.record("round \(round), \(sample.name): \(String(describing: error)) for \(text)")
                return
            }
        }
        #expect(taken > 500)
    }
}
