import Substrate
import Testing

@testable import Telemetry

/// Bytes by hand; a protobuf library reads them in the end-to-end tests.
@Suite struct OTLPTests {
    private struct Names: SpanNames {
        func listenerName(_ number: UInt32) -> OpenName? { number == 1 ? "front" : nil }
        func listenerService(_ number: UInt32) -> OpenName? { number == 1 ? "front" : nil }
        func routeName(_ number: UInt32) -> OpenName? { number == 1 ? "everything" : nil }
        func templateName(_ number: UInt32) -> OpenName? { number == 1 ? "/*" : nil }
        func serviceName(_ number: UInt32) -> OpenName? { number == 1 ? "backend" : nil }
        func tenantName(_ number: UInt32) -> OpenName? { nil }
        func endpoint(_ number: UInt32) -> SpanEndpoint? {
            switch number {
            case 1: SpanEndpoint("127.0.0.1:9090")
            case 2: SpanEndpoint("[::1]:80")
            case 3: SpanEndpoint("unix:/run/a")
            default: nil
            }
        }
        func peerName(_ number: UInt32) -> OpenName? { nil }
    }

    private static func encode(_ spans: [SpanRecord]) -> [UInt8] {
        var encoder = OTLPEncoder()
        var random = RandomSource(seed: 1)
        var output = ByteBuffer()
        encoder.append(
            spans, names: Names(),
            resource: SpanResource(instance: RequestID(random: &random), version: "1"), into: &output)
        return output.bytes.array
    }

    /// The fields of a message with this number that hold bytes.
    private static func fields(_ number: UInt64, of message: [UInt8]) -> [[UInt8]] {
        message.withBytes { bytes in
            var reader = ProtobufReader(bytes)
            var found: [[UInt8]] = []
            while let (field, value) = reader.next() {
                if field == number, case .bytes(let inner) = value { found.append(inner.array) }
            }
            #expect(!reader.isMalformed)
            return found
        }
    }

    private static func span(in message: [UInt8]) -> [UInt8] {
        let scopes = fields(2, of: fields(1, of: message)[0])
        return fields(2, of: scopes[0])[0]
    }

    private static func attributes(of span: [UInt8]) -> [String] {
        fields(9, of: span).map { pair in
            let key = String(decoding: fields(1, of: pair)[0], as: UTF8.self)
            let value = fields(2, of: pair)[0]
            guard let text = fields(1, of: value).first else { return key }
            return key + "=" + String(decoding: text, as: UTF8.self)
        }
    }

    private static var server: SpanRecord {
        var span = SpanRecord()
        span.traceHigh = 0x0102_0304_0506_0708
        span.traceLow = 0x090A_0B0C_0D0E_0F10
        span.span = 0x1112_1314_1516_1718
        span.parent = 0x2122_2324_2526_2728
        span.start = WallTime(nanoseconds: 0x0102_0304_0506_0708)
        span.end = WallTime(nanoseconds: 0x0102_0304_0506_0709)
        span.listener = 1
        span.method = .get
        span.traceFlags = 1
        return span
    }

    @Test func `writes ids, times and flags as the schema has them`() {
        let bytes = Self.span(in: Self.encode([Self.server]))
        let beginning: [UInt8] =
            [0x0A, 16] + Array(1...16) + [0x12, 8] + Array(0x11...0x18) + [0x22, 8] + Array(0x21...0x28)
            + [0x2A, 3] + Array("GET".utf8) + [0x30, 2] + [0x39, 8, 7, 6, 5, 4, 3, 2, 1]
            + [0x41, 9, 7, 6, 5, 4, 3, 2, 1]
        #expect(Array(bytes.prefix(beginning.count)) == beginning)
        #expect(Array(bytes.suffix(6)) == [0x85, 0x01, 0x01, 0x01, 0, 0])
    }

    @Test func `an end before its start is its start`() {
        var span = Self.server
        span.end = WallTime(nanoseconds: 1)
        let bytes = Self.span(in: Self.encode([span]))
        let start: [UInt8] = [8, 7, 6, 5, 4, 3, 2, 1]
        #expect(Array(bytes[54..<63]) == [0x41] + start, "\(bytes)")
    }

    @Test func `a root has no parent`() {
        var span = Self.server
        span.parent = 0
        #expect(Self.fields(4, of: Self.span(in: Self.encode([span]))).isEmpty)
    }

    @Test(
        arguments: [
            (1, ["server.address=127.0.0.1", "server.port"]), (2, ["server.address=::1", "server.port"]),
            (3, ["server.address=/run/a"]), (4, []),
        ] as [(UInt32, [String])])
    func `splits an endpoint into address and port`(endpoint: UInt32, expected: [String]) {
        var span = Self.server
        span.kind = .client
        span.endpoint = endpoint
        let attributes = Self.attributes(of: Self.span(in: Self.encode([span])))
        #expect(attributes.filter { $0.hasPrefix("server.") } == expected)
    }

    @Test func `an error has a type, and a client's mistake is only the client's error`() {
        func errorType(_ change: (inout SpanRecord) -> Void) -> String? {
            var span = Self.server
            change(&span)
            return Self.attributes(of: Self.span(in: Self.encode([span]))).first {
                $0.hasPrefix("error.type")
            }
        }
        #expect(errorType { $0.status = 499 } == nil)
        #expect(errorType { $0.status = 500 } == "error.type=500")
        #expect(
            errorType {
                $0.status = 502
                $0.reason = .upstreamReset
            } == "error.type=upstream.reset")
        // Half an answer: its status was good.
        #expect(
            errorType {
                $0.status = 200
                $0.reason = .upstreamReset
            } == "error.type=upstream.reset")
        #expect(
            errorType {
                $0.status = 404
                $0.reason = .routeNotFound
            } == nil)
        #expect(errorType { $0.reason = .clientClosed } == nil)
        #expect(
            errorType {
                $0.kind = .client
                $0.status = 404
            } == "error.type=404")
        #expect(
            errorType {
                $0.kind = .client
                $0.outcome = .connectFailed
            } == "error.type=connect_failed")
    }

    @Test func `an unknown method is none of a peer's bytes`() {
        var span = Self.server
        span.method = .other
        span.template = 1
        let bytes = Self.span(in: Self.encode([span]))
        #expect(Self.fields(5, of: bytes) == [Array("HTTP /*".utf8)])
        #expect(Self.attributes(of: bytes).contains("http.request.method=_OTHER"))
    }

    @Test func `each listener has a resource of its own`() {
        var other = Self.server
        other.listener = 2
        let message = Self.encode([Self.server, other, Self.server])
        let groups = Self.fields(1, of: message)
        #expect(groups.count == 2)
        #expect(Self.fields(2, of: Self.fields(2, of: groups[0])[0]).count == 2)
    }

    // MARK: Answers

    private static func rejected(_ bytes: [UInt8]) -> UInt64? {
        bytes.withBytes { OTLPAnswer.rejectedSpans($0) }
    }

    @Test func `an answer says how many spans it did not take`() {
        #expect(Self.rejected([]) == 0)
        #expect(Self.rejected([0x0A, 0]) == 0)
        #expect(Self.rejected([0x0A, 2, 0x08, 7]) == 7)
        #expect(Self.rejected([0x0A, 3, 0x08, 0xAC, 0x02]) == 300)
        #expect(Self.rejected([0x0A, 7, 0x12, 3, 0x61, 0x62, 0x63, 0x08, 7]) == 7)
        // A negative number; a field of a later version.
        let negative: [UInt8] = Array(repeating: 0xFF, count: 9) + [0x01]
        #expect(Self.rejected([0x0A, 11, 0x08] + negative) == 0)
        #expect(Self.rejected([0x15, 1, 2, 3, 4, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x20, 1]) == 0)
    }

    @Test func `every prefix of an answer and what is none is refused or harmless`() {
        let whole: [UInt8] = [0x0A, 7, 0x12, 3, 0x61, 0x62, 0x63, 0x08, 7]
        for count in 1..<whole.count { #expect(Self.rejected(Array(whole.prefix(count))) == nil) }
        for bytes: [UInt8] in [
            [0x00], [0x0B], [0x07], [0x08, 1],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
            Array(repeating: 0xFF, count: 11), Array("<html>".utf8),
        ] { #expect(Self.rejected(bytes) == nil, "\(bytes)") }
        var random = RandomSource(seed: 7)
        for _ in 0..<20_000 {
            let count = Int(random.next(below: 24))
            _ = Self.rejected((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
    }
}
