import FuzzKit
import Substrate
import Telemetry

/// Five lines: the single field, then trace id, span id, sampled and flags of several. An empty line is a field that is
/// not there. What is taken follows the grammar, and what is written of it is taken again as the same.
@_cdecl("FuzzB3_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    Fuzzing.main { input in
        var lines: [Bytes] = []
        var rest = input
        while lines.count < 5 {
            let end = rest.firstIndex(of: ASCII.lineFeed) ?? rest.count
            lines.append(rest.prefix(end))
            rest = rest.dropFirst(end + 1)
        }
        let single = B3Context(single: lines[0])
        always(read(single) == B3Oracle.single(lines[0].array), "a second reading agrees: \(lines[0].text)")
        let fields = lines.dropFirst().map { $0.isEmpty ? nil : $0 }
        let several = B3Context(
            traceID: fields[0], spanID: fields[1], sampled: fields[2], flags: fields[3])
        always(
            read(several) == B3Oracle.several(fields.map { $0?.array }),
            "a second reading agrees of several fields")
        if let single { checkWriting(single) }
        if let several { checkWriting(several) }
    }
}

private func read(_ context: B3Context?) -> B3Oracle.Reading? {
    guard let context else { return nil }
    let sampling: Character? =
        switch context.sampling {
        case .deferred: nil
        case .denied: "0"
        case .accepted: "1"
        case .debug: "d"
        }
    return B3Oracle.Reading(
        sampling: sampling,
        ids: context.trace.map { [$0.traceHigh, $0.traceLow, $0.parent] } ?? [])
}

private func checkWriting(_ context: B3Context) {
    guard let trace = context.trace else { return }
    let isDebug = context.sampling == .debug
    always(trace.isSampled == (isDebug || context.sampling == .accepted), "the flags say what the field says")
    var output = ByteBuffer()
    trace.appendB3(isDebug: isDebug, into: &output)
    let line = output.bytes
    always(line.hasPrefix("b3: ") && line.hasSuffix(Bytes("\r\n")), "one field line is written")
    let again = B3Context(single: line[4, count: line.count - 6])
    always(again?.trace == trace, "what is written is read as the same")
    // Who leaves the decision open gets the one that was made here.
    let decided = context.sampling == .deferred ? .denied : context.sampling
    always(again?.sampling == decided, "with the decision")
}
