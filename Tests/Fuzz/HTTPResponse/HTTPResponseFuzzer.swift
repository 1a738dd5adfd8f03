import FuzzKit
import HTTPWire
import Substrate

@testable import FuzzTranscripts

/// The bytes of an upstream's connection as one response, to a request that the input's length chooses: however they
/// are cut they mean the same, and no framing is let through that two parsers could read differently.
@_cdecl("FuzzHTTPResponse_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    Fuzzing.main { input in
        let method: HTTPMethod = input.count % 2 == 0 ? .get : .head
        let closes = input.count / 2 % 2 == 0
        let wire = input.array + Array("\r\n\r\n".utf8)
        // Cuts must not decide whether a response is within its limits, either.
        _ = read(wire, to: method, closes: closes, limits: .tight)
        let whole = read(wire, to: method, closes: closes, limits: HTTP1Limits())
        guard let first = whole.lines.first else { return }
        if first.hasPrefix("head ") || first.hasPrefix("informational ") { checkHead(wire) }
        if method == .head {
            always(!whole.lines.contains { $0.hasPrefix("body ") }, "HEAD is answered without a body")
        }
    }
}

private func read(_ wire: [UInt8], to method: HTTPMethod, closes: Bool, limits: HTTP1Limits) -> Transcript {
    let cuts = Array(0..<wire.count)
    let whole = Transcript.response(wire, to: method, closes: closes, limits: limits)
    let split = Transcript.response(wire, to: method, cuts: cuts, closes: closes, limits: limits)
    always(whole.fault == split.fault, "cuts change no fault: \(whole.fault), \(split.fault)")
    always(whole.lines == split.lines, "cuts change no event")
    always(whole.outstandingHeads == 0 && split.outstandingHeads == 0, "every head finds its owner")
    if whole.fault == .none { always(whole.leftover == split.leftover, "cuts change no end") }
    return whole
}

/// A second, simple reading of the first head, which was accepted.
private func checkHead(_ wire: [UInt8]) {
    let text = String(decoding: wire.map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self)
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var lengths = 0
    var codings = 0
    for (index, line) in lines.enumerated() {
        let scalars = line.unicodeScalars
        always(scalars.last == "\r" && scalars.count { $0 == "\r" } == 1, "lines end with CRLF")
        if scalars.count == 1 { break }
        if index == 0 {
            always(line.hasPrefix("HTTP/1.0 ") || line.hasPrefix("HTTP/1.1 "), "of a version that is spoken")
            continue
        }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        always(parts.count == 2 && !parts[0].isEmpty, "a field has a name and a colon")
        always(!parts[0].contains { $0 == " " || $0 == "\t" }, "no blank in a name")
        if parts[0].lowercased() == "content-length" { lengths += 1 }
        if parts[0].lowercased() == "transfer-encoding" { codings += 1 }
    }
    always(lengths + codings <= 1, "one framing")
}
