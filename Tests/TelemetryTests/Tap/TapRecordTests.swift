import Substrate
import Testing

@testable import Telemetry

@Suite struct TapRecordTests {
    private func field(_ name: String) -> RegisteredField? {
        Array(name.utf8).withBytes { RegisteredField($0) }
    }

    private func type(_ value: String) -> MediaType { Array(value.utf8).withBytes { MediaType($0) } }

    private func line(_ record: TapRecord) -> String {
        var stamps = TimeStamps()
        return written { record.append(into: &$0, stamps: &stamps) }
    }

    @Test func `names fields that are registered, and counts the others`() {
        var record = TapRecord(AccessLogRecord())
        for name in ["User-Agent", "HOST", "x-request-id", "X-My-Secret-Name", "host", "x-canary"] {
            record.add(field(name))
        }
        record.contentLength = 12
        record.contentType = type("application/json; charset=utf-8")
        let line = line(record)
        #expect(line.hasSuffix("}\n"))
        #expect(
            line.contains(
                #","fields":["host","user-agent","x-request-id"],"otherFields":2,"contentLength":12,"contentType":"application/json"}"#
            ))
        #expect(!line.lowercased().contains("canary") && !line.lowercased().contains("secret"))
    }

    @Test func `says nothing of what is not there`() {
        #expect(!line(TapRecord(AccessLogRecord())).contains("ield"))
    }

    @Test func `every registered name is found, once, and has a bit`() {
        #expect(RegisteredField.names.count <= 128)
        var all = RegisteredFieldSet()
        for (index, name) in RegisteredField.names.enumerated() {
            let found = field("\(name.text)".uppercased())
            #expect(found?.number == UInt8(index), "\(name.text)")
            if let found {
                #expect(!all.contains(found))
                all.insert(found)
                #expect(all.contains(found))
            }
        }
        #expect(field("") == nil)
        #expect(field("hos") == nil)
        #expect(field("hosts") == nil)
    }

    @Test func `a media type that is not common is other`() {
        for known in MediaType.allCases { #expect(type("\(known.label.text)") == known) }
        #expect(type("Application/JSON;x=canary") == .json)
        #expect(type(" text/plain ") == .text)
        for value in ["", ";", "application/json+canary", "canary/canary", "application/jso"] {
            #expect(type(value) == .other)
        }
    }
}
