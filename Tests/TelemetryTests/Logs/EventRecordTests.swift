import Glibc
import Substrate
import Testing

@testable import Telemetry

@Suite struct EventRecordTests {
    private func record() -> EventRecord {
        EventRecord(
            level: .warning, time: WallTime(seconds: 0), subsystem: "listener",
            event: "listener.accept_failed")
    }

    @Test func `writes fixed fields, then the added ones`() {
        var record = record()
        record.add("error", .systemError(EMFILE))
        record.add("listener", .label(OpenLabel("front")))
        record.add("open", .count(7))
        record.add("delta", .signed(-3))
        record.add("paused", .flag(true))
        record.add("waited", .nanoseconds(5_999))
        record.add("reason", .reason(.overloaded))
        record.add("file", .name("mesh\n.yaml"))
        record.suppressed = 12
        #expect(
            written { record.append(into: &$0) }
                == #"{"time":"1970-01-01T00:00:00.000Z","level":"warning","subsystem":"listener","event":"listener.accept_failed","error":"EMFILE","listener":"front","open":7,"delta":-3,"paused":true,"waited":5,"reason":"sidecar.overloaded","file":"mesh\u000a.yaml","suppressed":12}"#
                + "\n")
    }

    @Test func `writes ids and numbers without a name`() throws {
        var random = RandomSource(seed: 1)
        var record = record()
        record.add("request", .request(RequestID(random: &random)))
        record.add("flow", .flow(FlowID.mint(now: WallTime(seconds: 1), random: &random)))
        record.add("trace", .trace(.root(random: &random)))
        record.add("who", .pseudonym(PseudonymKey(high: 1, low: 2).pseudonym(of: Identifier(Bytes("x")))))
        record.add("error", .systemError(12_345))
        record.add("least", .signed(.min))
        let object = try #require(FlatJSON(written { record.append(into: &$0) }.dropLast()))
        #expect(object["request"]?.count == 36)
        #expect(object["flow"]?.count == 26)
        #expect(object["trace"]?.count == 32)
        #expect(object["who"]?.count == 15)
        #expect(object["error"] == "12345")
        #expect(object["least"] == "-9223372036854775808")
    }

    @Test func `keeps 8 fields and counts those left out`() throws {
        var record = record()
        let keys: [OpenText] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
        for key in keys.prefix(8) { record.add(key, .count(1)) }
        #expect(
            try #require(FlatJSON(written { record.append(into: &$0) }.dropLast()))["fieldsLeftOut"] == nil)
        for key in keys.dropFirst(8) { record.add(key, .count(1)) }
        let object = try #require(FlatJSON(written { record.append(into: &$0) }.dropLast()))
        #expect(object["h"] == "1")
        #expect(object["i"] == nil)
        #expect(object["fieldsLeftOut"] == "2")
    }

    @Test func `writes at and above the threshold only, which changes live`() {
        let threshold = LogThreshold(.info)
        #expect(LogLevel.allCases.filter { threshold.allows($0, in: .config) } == [.info, .warning, .error])
        threshold.set(.error)
        #expect(LogLevel.allCases.filter { threshold.allows($0, in: .config) } == [.error])
        threshold.set(.debug)
        #expect(LogLevel.allCases.filter { threshold.allows($0, in: .config) } == LogLevel.allCases)
    }
}
