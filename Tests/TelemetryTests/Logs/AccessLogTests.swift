import Substrate
import Testing

@testable import Telemetry

@Suite struct AccessLogTests {
    /// All that a line may hold, in its order; the documentation has the same list.
    static let allowedKeys = [
        "time", "direction", "listener", "method", "protocol", "path", "route", "service", "tenant", "client",
        "status", "reason", "flags", "totalMicroseconds", "queueMicroseconds", "connectMicroseconds",
        "firstByteMicroseconds",
        "tries", "bytesReceived", "bytesSent", "tls", "peer", "traceId", "requestId", "flow", "endpoint",
        "upstreamReused",
    ]

    private func line(_ record: AccessLogRecord) -> String {
        var stamps = TimeStamps()
        return written { record.append(into: &$0, stamps: &stamps) }
    }

    private static let identity = Array("spiffe://mesh.test/service/edge".utf8)

    /// The line of a record with every field set.
    private func fullLine() -> String {
        Self.identity.withBytes { identity in
            var random = RandomSource(seed: 9)
            var record = AccessLogRecord()
            record.time = WallTime(nanoseconds: 1_709_210_096_789_000_000)
            record.direction = .inbound
            record.listener = OpenLabel("inbound")
            record.method = .post
            record.minorVersion = 0
            record.pathTemplate = OpenLabel("/agents/{agentId}/**")
            record.route = OpenLabel("agents")
            record.service = OpenLabel("backend")
            record.tenant = OpenLabel("acme")
            record.status = 503
            record.reason = .upstreamConnectFailed
            record.totalNanoseconds = 1_234_567
            record.client = PseudonymKey(high: 1, low: 2).pseudonym(of: Identifier(Bytes("10.0.0.1")))
            record.queueNanoseconds = 45_999
            record.connectNanoseconds = 1_000
            record.firstByteNanoseconds = 1_200_000
            record.tries = 2
            record.bytesReceived = 300
            record.bytesSent = 400
            record.tls = .tls13
            record.peer = MeshPeer(verified: identity)
            record.trace = TraceContext(traceHigh: 1, traceLow: 2, parent: 3, flags: 0)
            record.requestID = RequestID(random: &random)
            record.flow = FlowID.mint(now: record.time, random: &random)
            record.endpoint = OpenLabel("127.0.0.1:19090")
            record.upstreamReused = false
            return line(record)
        }
    }

    @Test func `writes one line with exactly the allowed keys`() throws {
        let line = fullLine()
        #expect(line.hasSuffix("}\n"))
        #expect(line.count(where: { $0 == "\n" }) == 1)
        let object = try #require(FlatJSON(line.dropLast()))
        #expect(object.keys == Self.allowedKeys)
        #expect(object["time"] == "2024-02-29T12:34:56.789Z")
        #expect(object["protocol"] == "HTTP/1.0")
        #expect(object["path"] == "/agents/{agentId}/**")
        #expect(object["status"] == "503")
        #expect(object["reason"] == "upstream.connect_failed")
        #expect(object["flags"] == "UF")
        #expect(object["totalMicroseconds"] == "1234")
        #expect(object["queueMicroseconds"] == "45")
        #expect(object["connectMicroseconds"] == "1")
        #expect(object["client"]?.hasPrefix("p_") == true)
        #expect(object["tls"] == "TLSv1.3")
        #expect(object["peer"] == "spiffe://mesh.test/service/edge")
        #expect(object["traceId"] == "00000000000000010000000000000002")
        #expect(object["flow"]?.count == 26)
        #expect(object["requestId"]?.count == 36)
        #expect(object["upstreamReused"] == "false")
    }

    @Test func `leaves out what has no value`() throws {
        let object = try #require(FlatJSON(line(AccessLogRecord()).dropLast()))
        #expect(
            object.keys == [
                "time", "direction", "method", "protocol", "status", "totalMicroseconds", "tries",
                "bytesReceived",
                "bytesSent",
            ])
        #expect(object["time"] == "1970-01-01T00:00:00.000Z")
    }

    @Test func `appends line after line to a batch`() {
        var stamps = TimeStamps()
        let text = written { buffer in
            for status in 200..<300 as Range<UInt16> {
                var record = AccessLogRecord()
                record.status = status
                record.append(into: &buffer, stamps: &stamps)
            }
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 100)
        #expect(lines.allSatisfy { FlatJSON($0) != nil })
    }

    @Test func `escapes a configured name`() throws {
        let table = FlatTable(Array("a\"b\\c\nd\u{7F}\u{1}é".utf8))
        defer { table.deallocate() }
        var record = AccessLogRecord()
        record.pathTemplate = OpenLabel(configured: table, ByteRange(offset: 0, count: table.count))
        let line = line(record)
        #expect(line.contains(#""path":"a\"b\\c\u000ad\u007f\u0001é""#))
        #expect(FlatJSON(line.dropLast())?["path"] == "a\"b\\c\nd\u{7F}\u{1}é")
    }

    @Test func `escapes a byte wherever it stands in a word`() {
        for length in 1..<20 {
            for place in 0..<length {
                for byte in [0x00, 0x1F, 0x22, 0x5C, 0x7F] as [UInt8] {
                    var text = [UInt8](repeating: 0x7E, count: length)
                    text[place] = byte
                    let escaped = text.withBytes { bytes in
                        written { JSONLine.appendEscaped(bytes, into: &$0) }
                    }
                    #expect(escaped.utf8.count > length)
                    #expect(FlatJSON(Substring("{\"a\":\"" + escaped + "\"}")) != nil)
                }
                for byte in [0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7E] as [UInt8] {
                    var text = [UInt8](repeating: 0x40, count: length)
                    text[place] = byte
                    let same = text.withBytes { bytes in
                        written { JSONLine.appendEscaped(bytes, into: &$0) }
                    }
                    #expect(same == String(decoding: text, as: UTF8.self))
                }
            }
        }
        let umlauts = Array("äöüäöüäöüäöü€€€€€".utf8).withBytes { bytes in
            written { JSONLine.appendEscaped(bytes, into: &$0) }
        }
        #expect(umlauts == "äöüäöüäöüäöü€€€€€")
    }

    @Test(arguments: ReasonCode.allCases)
    func `names every reason and its flag`(reason: ReasonCode) throws {
        var record = AccessLogRecord()
        record.reason = reason
        let object = try #require(FlatJSON(line(record).dropLast()))
        #expect(object["reason"] == (reason == .none ? nil : "\(reason.code)"))
        #expect(object["flags"] == (reason == .none ? nil : "\(reason.entry.flag)"))
    }
}
