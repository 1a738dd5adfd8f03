import Substrate
import Telemetry
import Testing

@Suite struct TraceContextTests {
    private static let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private func parse(_ text: String) -> TraceContext? {
        Array(text.utf8).withBytes { TraceContext(traceparent: $0) }
    }

    @Test func `reads and writes what it read`() throws {
        let context = try #require(parse(Self.valid))
        #expect(context.traceHigh == 0x4bf9_2f35_77b3_4da6)
        #expect(context.traceLow == 0xa3ce_929d_0e0e_4736)
        #expect(context.parent == 0x00f0_67aa_0ba9_02b7)
        #expect(context.isSampled)
        #expect(written { context.append(into: &$0) } == Self.valid)
        #expect(written { context.appendTraceID(into: &$0) } == "4bf92f3577b34da6a3ce929d0e0e4736")
    }

    @Test func `refuses every prefix`() {
        for count in 0..<Self.valid.count { #expect(parse(String(Self.valid.prefix(count))) == nil) }
    }

    @Test(arguments: [
        // A trailing dash or more in version 00
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what",
        // Version ff, upper case, not hexadecimal
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0F-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ".0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0A",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-.1",
        // Ids that are zero
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        // Dashes missing or elsewhere
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
        "000-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        // A higher version without the dash behind the flags
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what",
        " 0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ])
    func `refuses what the specification calls invalid`(text: String) {
        #expect(parse(text) == nil)
    }

    @Test(arguments: ["", "-", "-what", "-what-else"])
    func `reads a higher version as 00 from its first 55 characters`(tail: String) throws {
        let context = try #require(parse("cc" + Self.valid.dropFirst(2) + tail))
        #expect(written { context.append(into: &$0) } == Self.valid)
    }

    @Test(arguments: [("00", "00"), ("01", "01"), ("02", "02"), ("03", "03"), ("ff", "03"), ("09", "01")])
    func `forwards only the flags that it knows`(received: String, forwarded: String) throws {
        let context = try #require(parse(Self.valid.dropLast(2) + received))
        #expect(written { context.append(into: &$0) }.hasSuffix("-" + forwarded))
    }

    @Test func `refuses every other byte in every place`() {
        let bytes = Array(Self.valid.utf8)
        for index in bytes.indices {
            for byte: UInt8 in [0, 0x20, 0x2F, 0x3A, 0x40, 0x47, 0x60, 0x67, 0x7F, 0x80, 0xFF] {
                var changed = bytes
                changed[index] = byte
                let context = changed.withBytes { TraceContext(traceparent: $0) }
                #expect(context == nil, "byte \(byte) at \(index)")
            }
        }
    }

    @Test func `mints a root that is valid and not sampled`() throws {
        var random = RandomSource(seed: 1)
        for _ in 0..<1_000 {
            let root = TraceContext.root(random: &random)
            let text = written { root.append(into: &$0) }
            #expect(text.hasSuffix("-00"))
            #expect(parse(text) == root)
        }
    }

    @Test func `writes every hexadecimal digit`() {
        let context = TraceContext(
            traceHigh: 0x0123_4567_89AB_CDEF, traceLow: 0xFEDC_BA98_7654_3210, parent: 0x0A0B_0C0D_90A0_B0C0,
            flags: 0)
        #expect(
            written { context.append(into: &$0) } == "00-0123456789abcdeffedcba9876543210-0a0b0c0d90a0b0c0-00"
        )
    }
}
