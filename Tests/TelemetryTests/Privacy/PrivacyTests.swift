import Glibc
import Substrate
import Testing

@testable import Telemetry

/// What log and metric writers take is open by type: a list of allowed types that a new field or parameter must join.
@Suite struct PrivacyTests {
    /// Types of a log's or metric's field: numbers, enums of ours, our own ids and the classified open types.
    private static let openTypes: Set<String> = [
        "WallTime", "Direction", "OpenLabel", "OpenText", "HTTPMethod", "UInt8", "UInt16", "UInt32", "UInt64",
        "Int64",
        "Int32", "Bool", "ReasonCode", "TLSVersion", "MeshPeer", "TraceContext", "RequestID", "FlowID",
        "OpenName",
        "Pseudonym", "LogLevel", "EventValue", "EventKey", "MonotonicTime", "RequestSeries",
        "ConnectionTotals", "AttemptOutcome",
        "PoolEvent", "ByteWay", "WebhookProvider", "WebhookOutcome", "DroppedKind", "BuildInfo",
        "ProcessGauges",
        "[MetricFamily]", "some SeriesNames", "inout ByteBuffer", "Int", "MetricsLimits", "[Label]",
        "[Sample]",
        "Double", "Kind", "Self", "SpanKind", "SpanRecord", "[SpanRecord]", "inout [SpanRecord]",
        "some SpanNames", "SpanResource", "PeerRegistry", "inout RandomSource", "MetricsFormat",
        "[ConnectionTotals]", "AccessLogRule", "inout TimeStamps", "LogSubsystem", "RegisteredField",
        "RegisteredFieldSet", "MediaType", "AccessLogRecord",
    ]

    private static func isOpen(_ type: String) -> Bool {
        let bare = type.hasSuffix("?") ? String(type.dropLast()) : type
        return openTypes.contains(bare)
    }

    @Test func `classifies every type that carries text`() {
        let classes: [(any Classified.Type, PrivacyClass)] = [
            (OpenText.self, .open), (OpenLabel.self, .open), (OpenName.self, .open), (MeshPeer.self, .open),
            (Pseudonym.self, .open), (Identifier.self, .identifier), (PseudonymKey.self, .secret),
            (RegisteredField.self, .open), (RegisteredFieldSet.self, .open), (MediaType.self, .open),
        ]
        for (type, privacyClass) in classes { #expect(type.privacyClass == privacyClass) }
    }

    @Test func `gives the access log's record open fields only`() {
        for field in Mirror(reflecting: AccessLogRecord()).children {
            let type =
                String(reflecting: Swift.type(of: field.value)).split(separator: ".").last.map(String.init)
                ?? ""
            #expect(Self.isOpen(type.replacing(">", with: "")), "\(field.label ?? "?"): \(type)")
        }
    }

    @Test func `gives a span's record open fields only`() {
        for field in Mirror(reflecting: SpanRecord()).children {
            let type =
                String(reflecting: Swift.type(of: field.value)).split(separator: ".").last.map(String.init)
                ?? ""
            #expect(Self.isOpen(type.replacing(">", with: "")), "\(field.label ?? "?"): \(type)")
        }
    }

    @Test(arguments: ["Logs", "Metrics", "Spans", "Tap"])
    func `gives public writers parameters of open types only`(folder: String) throws {
        var checked = 0
        for file in try Self.sources(folder) {
            for parameter in Self.publicTypes(in: file.text) {
                #expect(Self.isOpen(parameter), "\(file.name): \(parameter)")
                checked += 1
            }
        }
        #expect(checked > 40 || folder != "Metrics" && checked > (folder == "Tap" ? 5 : 20))
    }

    @Test func `would notice bytes or text`() {
        let hostile = """
            public func write(_ bytes: Bytes, into buffer: inout ByteBuffer) {
            public init(path: String) {
            public var query: [UInt8]
            case raw(Span<UInt8>)
            """
        #expect(
            Self.publicTypes(in: hostile).filter { !Self.isOpen($0) } == [
                "Bytes", "String", "[UInt8]", "Span<UInt8>",
            ])
    }

    @Test func `writes neither an identifier nor its parts`() {
        let canaries = ["+4915112345678", "wamid.HBgLNDkxNTExMjM0NTY3OBUCABEYEjQ", "US.13491208655302741918"]
        let key = PseudonymKey(high: 0x1234, low: 0x5678)
        for canary in canaries {
            let line = Array(canary.utf8).withBytes { bytes in
                var record = EventRecord(
                    level: .info, time: WallTime(seconds: 1), subsystem: "s", event: "planted.open")
                record.add("who", .pseudonym(key.pseudonym(of: Identifier(bytes))))
                return written { record.append(into: &$0) }
            }
            #expect(line.contains("planted.open"))
            for start in canary.indices {
                let part = canary[start...].prefix(6)
                if part.count == 6 { #expect(!line.contains(part)) }
            }
        }
    }

    // MARK: Reading the sources

    private struct Source {
        var name: String
        var text: String
    }

    private static func sources(_ folder: String) throws -> [Source] {
        let root = "\(#filePath)".split(separator: "/").dropLast(4).joined(separator: "/")
        let path = "/\(root)/Sources/Telemetry/\(folder)"
        let directory = try unsafe #require(unsafe opendir(path))
        defer { unsafe closedir(directory) }
        var sources: [Source] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            guard name.hasSuffix(".swift") else { continue }
            sources.append(Source(name: name, text: try text(of: "\(path)/\(name)")))
        }
        return sources
    }

    private static func text(of path: String) throws -> String {
        let file = try unsafe #require(unsafe fopen(path, "r"))
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        while true {
            let byte = unsafe getc(file)
            if byte == EOF { break }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Types of the parameters of public functions and initialisers, of public variables, and of cases' payloads.
    private static func publicTypes(in text: String) -> [String] {
        var types: [String] = []
        let joined = text.replacing(#/\(\n\s+/#, with: "(").replacing(#/,\n\s+/#, with: ", ")
        for line in joined.split(separator: "\n").map({ $0.drop { $0 == " " } }) {
            if line.hasPrefix("public func ") || line.hasPrefix("public mutating func ")
                || line.hasPrefix("public init(") || line.hasPrefix("public static func ")
            {
                guard let list = line.firstMatch(of: #/\((.*?)\)/#)?.1 else { continue }
                for parameter in list.split(separator: ", ") {
                    guard let type = parameter.firstMatch(of: #/: (.+?)( = .*)?$/#)?.1 else { continue }
                    types.append(String(type))
                }
            } else if let match = line.firstMatch(of: #/^public var \w+: (.+?)( [={].*)?$/#) {
                types.append(String(match.1))
            } else if let match = line.firstMatch(of: #/^case \w+\((?:\w+: )?(.+)\)$/#) {
                types.append(String(match.1))
            }
        }
        return types
    }
}
