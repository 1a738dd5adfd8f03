import Substrate
import Telemetry
import Testing

@Suite struct B3ContextTests {
    private static let ids = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"

    private func single(_ text: String) -> B3Context? {
        Array(text.utf8).withBytes { B3Context(single: $0) }
    }

    private func several(_ trace: String?, _ span: String?, _ sampled: String?, _ flags: String?)
        -> B3Context?
    {
        func lend(
            _ texts: ArraySlice<String?>, _ found: [Bytes?], _ body: ([Bytes?]) -> B3Context?
        ) -> B3Context? {
            guard let text = texts.first else { return body(found) }
            guard let text else { return lend(texts.dropFirst(), found + [nil], body) }
            return Array(text.utf8).withBytes { lend(texts.dropFirst(), found + [$0], body) }
        }
        return lend([trace, span, sampled, flags], []) {
            B3Context(traceID: $0[0], spanID: $0[1], sampled: $0[2], flags: $0[3])
        }
    }

    @Test(
        arguments: [
            ("", .deferred, 0), ("-0", .denied, 0), ("-1", .accepted, 1), ("-d", .debug, 1),
            ("-1-05e3ac9a4f6e3b90", .accepted, 1),
        ] as [(String, B3Context.Sampling, UInt8)])
    func `reads the single field`(rest: String, sampling: B3Context.Sampling, flags: UInt8) throws {
        let told = try #require(single(Self.ids + rest))
        #expect(told.sampling == sampling)
        #expect(
            told.trace
                == TraceContext(
                    traceHigh: 0x4bf9_2f35_77b3_4da6, traceLow: 0xa3ce_929d_0e0e_4736,
                    parent: 0x00f0_67aa_0ba9_02b7, flags: flags))
    }

    @Test func `a short trace id is the lower half`() throws {
        let told = try #require(single("a3ce929d0e0e4736-00f067aa0ba902b7-1")?.trace)
        #expect(told.traceHigh == 0)
        #expect(told.traceLow == 0xa3ce_929d_0e0e_4736)
    }

    @Test func `a decision may stand alone`() {
        for (text, sampling) in [("0", B3Context.Sampling.denied), ("1", .accepted), ("d", .debug)] {
            #expect(single(text)?.sampling == sampling)
            #expect(single(text)?.trace == nil)
        }
        #expect(several(nil, nil, "0", nil)?.sampling == .denied)
        #expect(several(nil, nil, nil, "1")?.sampling == .debug)
    }

    @Test func `refuses every prefix that is not a form of its own`() {
        let whole = Self.ids + "-1-05e3ac9a4f6e3b90"
        for count in 0..<whole.utf8.count where count != 49 && count != 51 {
            #expect(single(String(whole.prefix(count))) == nil, "\(count)")
        }
    }

    @Test(arguments: [
        "2", "x", "-", "4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-1",
        "00000000000000000000000000000000-00f067aa0ba902b7-1", "0000000000000000-00f067aa0ba902b7",
        "4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-1",
        "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-2",
        "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1-0000000000000000",
        "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1-05e3ac9a4f6e3b90-1",
        "4bf92f3577b34da6a3ce929d0e0e47360-00f067aa0ba902b7-1", "b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
    ])
    func `refuses what is no context`(text: String) { #expect(single(text) == nil) }

    @Test func `reads the fields of several names`() {
        let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
        #expect(several(trace, span, "1", nil)?.trace?.isSampled == true)
        #expect(several(trace, span, "true", nil)?.sampling == .accepted)
        #expect(several(trace, span, "0", nil)?.trace?.isSampled == false)
        #expect(several(trace, span, "0", "1")?.sampling == .debug)
        #expect(several(trace, span, nil, nil)?.sampling == .deferred)
        #expect(several(trace, span, nil, "0")?.sampling == .deferred)
        #expect(several(trace, nil, "1", nil) == nil)
        #expect(several(nil, span, "1", nil) == nil)
        #expect(several(nil, nil, nil, nil) == nil)
        #expect(several(trace, span, "yes", nil) == nil)
        #expect(several("x", span, "1", nil) == nil)
    }

    @Test func `writes what it reads`() throws {
        let trace = try #require(single(Self.ids + "-1")?.trace)
        #expect(written { trace.appendB3(isDebug: false, into: &$0) } == "b3: \(Self.ids)-1\r\n")
        #expect(written { trace.appendB3(isDebug: true, into: &$0) } == "b3: \(Self.ids)-d\r\n")
        let ids = "x-b3-traceid: 4bf92f3577b34da6a3ce929d0e0e4736\r\nx-b3-spanid: 00f067aa0ba902b7\r\n"
        #expect(written { trace.appendB3Multi(isDebug: false, into: &$0) } == ids + "x-b3-sampled: 1\r\n")
        #expect(written { trace.appendB3Multi(isDebug: true, into: &$0) } == ids + "x-b3-flags: 1\r\n")
    }
}
