import FuzzKit
import HTTPWire
import Substrate

@testable import FuzzTranscripts

/// The bytes of a connection as requests: however they are cut they mean the same, nothing is let through that two
/// parsers could read differently, and what is forwarded is read alike by the next hop.
@_cdecl("FuzzHTTPRequest_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    Fuzzing.main { input in
        // The empty lines end whatever head is open: a fault in it must be found, however it came.
        let wire = input.array + Array("\r\n\r\n".utf8)
        let whole = Transcript.requests(wire)
        let split = Transcript.requests(wire, cuts: Array(0..<wire.count))
        always(whole.fault == split.fault, "cuts change no fault: \(whole.fault), \(split.fault)")
        always(whole.lines == split.lines, "cuts change no event")
        always(whole.outstandingHeads == 0 && split.outstandingHeads == 0, "every head finds its owner")
        if whole.fault == .none { always(whole.leftover == split.leftover, "cuts change no end") }
        if whole.lines.first?.hasPrefix("head ") == true { RequestOracle.check(wire) }
        checkForwarding(wire)
        checkLimits(wire)
    }
}

/// Cuts must not decide whether a request is within them.
private func checkLimits(_ wire: [UInt8]) {
    let whole = Transcript.requests(wire, limits: .tight)
    let split = Transcript.requests(wire, cuts: Array(0..<wire.count), limits: .tight)
    always(whole.fault == split.fault, "cuts change no limit: \(whole.fault), \(split.fault)")
    always(whole.lines == split.lines, "cuts change no event within limits")
    always(whole.outstandingHeads == 0 && split.outstandingHeads == 0, "every head finds its owner")
}

private func checkForwarding(_ wire: [UInt8]) {
    guard let first = Forwarding.request(wire) else { return }
    // What is added on the way may not count against what was sent.
    var roomy = HTTP1Limits()
    roomy.maxFields = MessageHead.maxFields
    guard let second = Forwarding.request(first, limits: roomy) else {
        always(false, "what is forwarded is read")
        return
    }
    always(first == second, "a canonical path, and all else, stays as it is when it is forwarded again")
    let transcript = Transcript.requests(first, limits: roomy)
    always(
        transcript.leftover.isEmpty && transcript.lines.count { $0 == "end" } == 1,
        "one request is forwarded as one")
}
