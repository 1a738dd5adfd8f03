import HTTPWire
import Testing

/// What Mesh/checks/fuzz found, one test a finding; the inputs are in Tests/Fuzz/Corpus too.
@Suite struct FoundByFuzzingTests {
    /// The faults of whole requests and of the same byte by byte.
    private func faults(_ wire: String) -> (whole: HTTP1Fault, split: HTTP1Fault) {
        let count = wire.utf8.count
        return (Transcript.requests(wire).fault, Transcript.requests(wire, cuts: Array(0..<count)).fault)
    }

    @Test func `a control where a chunk header may end at the latest is one fault, however it comes`() {
        let header = "1;" + String(repeating: "a", count: 253) + "\u{01}\r\nx\r\n"
        let found = faults(
            request("POST / HTTP/1.1", ["Host: a", "Transfer-Encoding: chunked"], body: header))
        #expect(found.whole == .chunkExtensionInvalid)
        #expect(found.split == .chunkExtensionInvalid)
    }

    @Test func `a colon on the next line makes no scheme of the target`() {
        let found = faults("GET S\r\n\n[::1]\r\n\r\n")
        #expect(found.whole == .targetMalformed)
        #expect(found.split == .targetMalformed)
    }

    @Test func `an encoding that a slash cuts in two is read alike when its path comes again`() {
        for path in ["/%c0/./%bA", "/%C0/%BA"] {
            let found = Transcript.requests(request("GET \(path) HTTP/1.1", ["Host: a"]))
            #expect(found.fault == .none)
            #expect(found.lines.first?.contains("path=/%C0/%BA ") == true)
        }
        #expect(faults(request("GET /%C0%BA HTTP/1.1", ["Host: a"])).whole == .overlongEncoding)
    }
}
