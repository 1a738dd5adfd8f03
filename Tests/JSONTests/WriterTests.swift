import JSON
import Substrate
import Testing

@Suite struct WriterTests {
    private func quoted(_ bytes: [UInt8]) -> [UInt8] {
        var buffer = ByteBuffer()
        bytes.withBytes { buffer.append(jsonString: $0) }
        return buffer.bytes.array
    }

    @Test func `commas and colons are set by the writer`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.number(1 as UInt64)
        writer.number(-2 as Int64)
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.null()
        writer.endArray()
        writer.key("b")
        writer.bool(true)
        writer.key(text: "c\"é")
        writer.string(text: "d\\")
        writer.key("e")
        writer.number(0.1)
        writer.key("f")
        writer.raw(Bytes("[1.0]"))
        writer.key("g")
        writer.string("x")
        writer.key("h")
        writer.bool(false)
        writer.endObject()
        let text = writer.finish().bytes.text
        #expect(
            text
                == #"{"a":[1,-2,{},[],null],"b":true,"c\"é":"d\\","e":0.1,"f":[1.0],"g":"x","h":false}"#)
        #expect(refusal(text) == nil)
    }

    @Test func `the extremes of every number are written`() {
        var writer = JSONWriter()
        writer.beginArray()
        writer.number(UInt64.max)
        writer.number(UInt64.min)
        writer.number(Int64.min)
        writer.number(Int64.max)
        writer.number(Int.min)
        writer.number(Double.greatestFiniteMagnitude)
        writer.number(Double.leastNonzeroMagnitude)
        writer.number(-Double.infinity)
        writer.number(Double.nan)
        writer.endArray()
        #expect(
            writer.finish().bytes.text
                == "[18446744073709551615,0,-9223372036854775808,9223372036854775807,-9223372036854775808,"
                + "1.7976931348623157e+308,5e-324,null,null]")
    }

    @Test func `a writer appends behind what the buffer holds and gives the buffer back`() {
        var buffer = ByteBuffer()
        buffer.append("x=")
        var writer = JSONWriter(taking: &buffer)
        let isTaken = buffer.isEmpty
        #expect(isTaken)
        writer.string("y")
        #expect(writer.bytes.text == "x=\"y\"")
        writer.giveBack(to: &buffer)
        let text = buffer.bytes.text
        #expect(text == "x=\"y\"")
    }

    @Test func `what must be escaped is, at every place of a word, and nothing else`() {
        for padding in 0..<18 {
            let before = [UInt8](repeating: 0x61, count: padding)
            for byte in UInt8(0)..<0x80 {
                let written = quoted(before + [byte] + Array("tail".utf8))
                let plain = [0x22] + before + [byte] + Array("tail\"".utf8)
                let mustEscape = byte < 0x20 || byte == 0x22 || byte == 0x5C
                #expect((written == plain) == !mustEscape)
                #expect(refusal(written) == nil)
            }
        }
        #expect(quoted([0x1F, 0x00, 0x0A, 0x08]) == Array(#""\u001f\u0000\n\b""#.utf8))
        #expect(quoted([]) == Array("\"\"".utf8))
    }

    @Test func `bytes that are not UTF-8 become U+FFFD and the rest stays`() {
        #expect(quoted([0x61, 0xFF, 0x62]) == Array("\"a\u{FFFD}b\"".utf8))
        #expect(quoted([0xC3]) == Array("\"\u{FFFD}\"".utf8))
        #expect(quoted([0xED, 0xA0, 0x80]) == Array("\"\u{FFFD}\u{FFFD}\u{FFFD}\"".utf8))
        #expect(quoted(Array("é€😀".utf8)) == Array("\"é€😀\"".utf8))
        for entry in GrammarTests.broken { #expect(refusal(quoted(entry.bytes)) == nil, "\(entry.name)") }
    }

    @Test func `random bytes are always written as one string that reads back`() throws {
        var random = RandomSource(seed: 11)
        for _ in 0..<2000 {
            let bytes = (0..<Int(random.next(below: 40))).map { _ in
                UInt8(truncatingIfNeeded: random.next(below: 3) == 0 ? random.next() : random.next() & 0x7F)
            }
            let written = quoted(bytes)
            let read = try withValue(written) { $0.text }
            if String(validating: bytes, as: UTF8.self) != nil {
                #expect(read.map { Array($0.utf8) } == bytes)
            } else {
                #expect(read?.contains("\u{FFFD}") == true)
            }
        }
    }
}
