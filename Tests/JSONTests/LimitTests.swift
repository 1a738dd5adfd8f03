import JSON
import Substrate
import Testing

@Suite struct LimitTests {
    private func nested(_ depth: Int, _ open: String, _ close: String, _ core: String) -> String {
        String(repeating: open, count: depth) + core + String(repeating: close, count: depth)
    }

    @Test func `64 open arrays are taken and 65 are refused`() {
        #expect(refusal(nested(64, "[", "]", "")) == nil)
        #expect(refusal(nested(64, "[", "]", "1")) == nil)
        #expect(refusal(nested(65, "[", "]", "")) == JSONError(kind: .depthExceeded(limit: 64), offset: 64))
    }

    @Test func `64 open objects are taken and 65 are refused`() {
        #expect(refusal(nested(64, #"{"a":"#, "}", "1")) == nil)
        #expect(refusal(nested(65, #"{"a":"#, "}", "1"))?.kind == .depthExceeded(limit: 64))
    }

    @Test func `depth counts what is open, not what was`() {
        let siblings = Array(repeating: nested(63, "[", "]", ""), count: 50).joined(separator: ",")
        #expect(refusal("[\(siblings)]") == nil)
    }

    @Test func `a depth of 0 allows plain values only`() {
        var limits = JSONLimits()
        limits.maxDepth = 0
        #expect(refusal("1", limits) == nil)
        #expect(refusal("[]", limits)?.kind == .depthExceeded(limit: 0))
    }

    @Test func `four million open brackets neither recurse nor allocate`() {
        let bomb = [UInt8](repeating: UInt8(ascii: "["), count: 4 << 20)
        #expect(refusal(bomb)?.kind == .depthExceeded(limit: 64))
        var limits = JSONLimits()
        limits.maxDepth = .max
        #expect(refusal(bomb, limits)?.kind == .tooManyValues(limit: 1 << 20))
    }

    @Test func `a hundred thousand levels are parsed and walked back when allowed`() throws {
        var limits = JSONLimits()
        limits.maxDepth = 100_000
        #expect(refusal(nested(100_000, "[", "]", ""), limits) == nil)
        #expect(refusal(nested(100_001, "[", "]", ""), limits)?.kind == .depthExceeded(limit: 100_000))
    }

    @Test func `a document of maxBytes is taken and one of a byte more is refused`() {
        var limits = JSONLimits()
        limits.maxBytes = 10
        #expect(refusal("\"12345678\"", limits) == nil)
        #expect(refusal("\"123456789\"", limits) == JSONError(kind: .tooLarge(limit: 10), offset: 10))
        #expect(refusal("[]         ", limits)?.kind == .tooLarge(limit: 10))
    }

    @Test func `the default size limit is 4 MiB`() {
        let body = [UInt8](repeating: 0x61, count: (4 << 20) - 2)
        #expect(refusal([0x22] + body + [0x22]) == nil)
        #expect(refusal([0x22] + body + [0x61, 0x22])?.kind == .tooLarge(limit: 4 << 20))
    }

    @Test func `names and values count towards maxValues, which is taken, and one more is refused`() {
        var limits = JSONLimits()
        limits.maxValues = 5
        #expect(refusal(#"{"a":1,"b":2}"#, limits) == nil)
        #expect(refusal(#"{"a":1,"b":[2]}"#, limits) == JSONError(kind: .tooManyValues(limit: 5), offset: 12))
        #expect(
            refusal(#"{"a":1,"b":2,"c":3}"#, limits) == JSONError(kind: .tooManyValues(limit: 5), offset: 13))
        limits.maxValues = 4
        #expect(refusal(#"{"a":1,"b":2}"#, limits)?.kind == .tooManyValues(limit: 4))
        limits.maxValues = 0
        #expect(refusal("1", limits)?.kind == .tooManyValues(limit: 0))
    }

    @Test func `nonsensical limits refuse instead of trapping`() {
        var limits = JSONLimits()
        limits.maxBytes = -1
        #expect(refusal("", limits)?.kind == .tooLarge(limit: -1))
        limits = JSONLimits()
        limits.maxValues = -1
        #expect(refusal("1", limits)?.kind == .tooManyValues(limit: -1))
        limits = JSONLimits()
        limits.maxDepth = -1
        #expect(refusal("[]", limits)?.kind == .depthExceeded(limit: -1))
        limits = JSONLimits()
        limits.maxValues = .max
        limits.maxBytes = .max
        #expect(refusal("[1]", limits) == nil)
    }

    // MARK: Names

    private func object(_ names: Int, _ name: (Int) -> String) -> String {
        "{" + (0..<names).map { "\"\(name($0))\":0" }.joined(separator: ",") + "}"
    }

    @Test func `a hundred thousand different names are taken, and one repeated among them is found`() {
        #expect(refusal(object(100_000) { "name-\($0)" }) == nil)
        let repeated = object(100_000) { $0 == 99_999 ? "name-0" : "name-\($0)" }
        #expect(refusal(repeated)?.kind == .duplicateKey)
    }

    @Test func `names that differ in length only are taken`() {
        #expect(refusal(object(1500) { String(repeating: "a", count: $0) }) == nil)
        #expect(refusal(object(1000) { String(repeating: "\\u0000", count: $0) }) == nil)
    }

    @Test func `the same names in many objects are no duplicates`() {
        let objects = Array(repeating: object(8) { "field\($0)" }, count: 5000).joined(separator: ",")
        #expect(refusal("[\(objects)]") == nil)
    }

    @Test func `a reported duplicate is parsed, its first place told, and the first member found`() throws {
        var limits = JSONLimits()
        limits.duplicateKeys = .report
        var tape = JSONTape()
        try Array(#"{"a":1,"b":2,"\u0061":3,"b":4}"#.utf8).withBytes { bytes in
            try tape.parse(bytes, limits: limits)
            let offset = tape.duplicateKeyOffset
            #expect(offset == 13)
            let value = tape.root(bytes)["a"]?.integer
            #expect(value == 1)
            let count = tape.root(bytes).count
            #expect(count == 4)
        }
        try Array("{}".utf8).withBytes { try tape.parse($0, limits: limits) }
        let cleared = tape.duplicateKeyOffset
        #expect(cleared == nil)
    }

    @Test func `every seed finds the same duplicates`() throws {
        var random = RandomSource(seed: 3)
        for _ in 0..<200 {
            var tape = JSONTape(seed: random.next())
            let names = (0..<Int(random.next(below: 40))).map { _ in "n\(random.next(below: 60))" }
            let text = "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
            var isRefused = false
            do { try Array(text.utf8).withBytes { try tape.parse($0) } } catch { isRefused = true }
            #expect(isRefused == (Set(names).count < names.count))
        }
    }

    @Test func `names made to collide are taken while they are few and refused before they cost much`() {
        // The seed under which the hash of 16 bytes is their two halves' exclusive or.
        let weakSeed: UInt64 = 0x190F_6500_25EF_7507
        func outcome(_ names: Int) -> JSONError.Kind? {
            var tape = JSONTape(seed: weakSeed)
            let text = object(names) { number in
                let half = String(10_000_000 + number)
                return half + half
            }
            do throws(JSONError) {
                try Array(text.utf8).withBytes { (bytes) throws(JSONError) in try tape.parse(bytes) }
                return nil
            } catch {
                return error.kind
            }
        }
        #expect(outcome(50) == nil)
        #expect(outcome(200) == .keyCollisions)
        #expect(outcome(100_000) == .keyCollisions)
    }
}
