import Substrate
import Testing

@Suite struct BytesTests {
    private func with<Result>(_ text: String, _ body: (Bytes) -> Result) -> Result {
        Array(text.utf8).withBytes(body)
    }

    @Test func `windows are cut inside their bounds`() {
        #expect(with("abcdef") { $0[2, count: 3].text } == "cde")
        #expect(with("abcdef") { $0[6, count: 0].count } == 0)
        #expect(with("abcdef") { $0[ByteRange(offset: 1 as Int, count: 2)].text } == "bc")
        #expect(with("abcdef") { $0.prefix(2).text } == "ab")
        #expect(with("abcdef") { $0.prefix(99).text } == "abcdef")
        #expect(with("abcdef") { $0.dropFirst(4).text } == "ef")
        #expect(with("abcdef") { $0.dropFirst(99).isEmpty })
        #expect(Bytes().isEmpty)
        #expect(Bytes("xyz")[2] == UInt8(ascii: "z"))
    }

    @Test func `an index one past the window traps`() async {
        await #expect(processExitsWith: .failure) { _ = Bytes("abc")[3] }
        await #expect(processExitsWith: .failure) { _ = Bytes("abc")[-1] }
        await #expect(processExitsWith: .failure) { _ = Bytes("abc")[2, count: 2] }
        await #expect(processExitsWith: .failure) { _ = Bytes("abc")[Int.max, count: Int.max] }
    }

    @Test func `bytes are found from the front and from the back`() {
        #expect(with("a,b,c") { $0.firstIndex(of: 0x2C) } == 1)
        #expect(with("a,b,c") { $0.firstIndex(of: 0x2C, from: 2) } == 3)
        #expect(with("a,b,c") { $0.firstIndex(of: 0x2C, from: 4) } == nil)
        #expect(with("a,b,c") { $0.firstIndex(of: 0x2C, from: 5) } == nil)
        #expect(with("a,b,c") { $0.firstIndex(of: 0x2C, from: -1) } == nil)
        #expect(with("a,b,c") { $0.lastIndex(of: 0x2C) } == 3)
        #expect(with("abc") { $0.lastIndex(of: 0x2C) } == nil)
        #expect(Bytes().firstIndex(of: 0) == nil)
        #expect(Bytes().lastIndex(of: 0) == nil)
    }

    @Test func `equality is by content, with and without case`() {
        #expect(with("abc") { $0.elementsEqual("abc") })
        #expect(!with("abc") { $0.elementsEqual("abd") })
        #expect(!with("abc") { $0.elementsEqual("ab") })
        #expect(with("") { $0.elementsEqual(Bytes()) })
        #expect(with("Content-LENGTH") { $0.equalsIgnoringASCIICase("content-length") })
        #expect(!with("a[") { $0.equalsIgnoringASCIICase("a{") })
        #expect(!with("a@") { $0.equalsIgnoringASCIICase("a`") })
        #expect(!with("É") { $0.equalsIgnoringASCIICase("é") })
        #expect(!with("abc") { $0.equalsIgnoringASCIICase("abcd") })
    }

    @Test func `prefixes and suffixes`() {
        #expect(with("abc") { $0.hasPrefix("") && $0.hasPrefix("ab") && $0.hasPrefix("abc") })
        #expect(!with("abc") { $0.hasPrefix("abcd") || $0.hasPrefix("b") })
        #expect(
            with("abc") { $0.hasSuffix(Bytes("bc")) && $0.hasSuffix(Bytes()) && $0.hasSuffix(Bytes("abc")) })
        #expect(!with("abc") { $0.hasSuffix(Bytes("ab")) || $0.hasSuffix(Bytes("xabc")) })
    }

    @Test func `order is by bytes, unsigned, then by length`() {
        let ordered = ["", "a", "aa", "ab", "b", "é"]
        for (left, first) in ordered.enumerated() {
            for (right, second) in ordered.enumerated() {
                #expect(with(first) { a in with(second) { a.isLess(than: $0) } } == (left < right))
            }
        }
    }

    @Test func `blanks are trimmed at both ends, and only SP and HTAB`() {
        #expect(with(" \t a b \t ") { $0.trimmingBlanks.text } == "a b")
        #expect(with(" \t ") { $0.trimmingBlanks.isEmpty })
        #expect(with("\r\na\u{B}") { $0.trimmingBlanks.text } == "\r\na\u{B}")
        #expect(Bytes().trimmingBlanks.isEmpty)
    }

    @Test func `decimal values are digits only and exact to 64 bits`() {
        for (text, value) in [
            ("0", 0), ("007", 7), ("18446744073709551615", UInt64.max), ("00000000000000000000000001", 1),
        ] as [(String, UInt64)] { #expect(with(text) { $0.decimalValue } == value) }
        for text in [
            "", "+1", "-1", " 1", "1 ", "1,2", "0x1", "１", "18446744073709551616", "99999999999999999999",
            "184467440737095516150",
        ] { #expect(with(text) { $0.decimalValue } == nil, "\(text)") }
    }

    @Test func `copies are of the same content, invalid UTF-8 repaired in text only`() {
        let raw: [UInt8] = [0x61, 0xFF]
        #expect(raw.withBytes { $0.array } == raw)
        #expect(raw.withBytes { $0.text } == "a\u{FFFD}")
        #expect(Bytes().array.isEmpty)
    }

    @Test func `an array lends its bytes through a typed throw`() {
        struct Refused: Error {}
        #expect(throws: Refused.self) { try [1, 2].withBytes { (_) throws(Refused) in throw Refused() } }
    }
}
