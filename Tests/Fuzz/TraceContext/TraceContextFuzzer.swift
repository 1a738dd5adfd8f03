import FuzzKit
import Substrate
import Telemetry

/// The first line as `traceparent`, all behind it as `tracestate`: what is taken follows the grammar, and what is sent
/// on is taken again and means the same.
@_cdecl("FuzzTraceContext_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    Fuzzing.main { input in
        let end = input.firstIndex(of: ASCII.lineFeed) ?? input.count
        checkParent(input.prefix(end))
        checkState(input.dropFirst(end + 1))
    }
}

private func checkParent(_ field: Bytes) {
    let context = TraceContext(traceparent: field)
    always((context != nil) == ParentOracle.accepts(field.array), "a second reading agrees: \(field.text)")
    guard let context else { return }
    var output = ByteBuffer()
    context.append(into: &output)
    always(output.count == TraceContext.encodedCount, "what is sent has 55 characters")
    always(TraceContext(traceparent: output.bytes) == context, "what is sent is what was taken")
    always(output.bytes[3, count: 49].elementsEqual(field[3, count: 49]), "ids are forwarded as they came")
}

private func checkState(_ list: Bytes) {
    var output = ByteBuffer()
    let isKept = TraceState.appendBounded(list, into: &output)
    guard TraceState.isValid(list) else {
        always(!isKept && output.isEmpty, "an invalid list is dropped whole")
        return
    }
    guard isKept else { return }
    always(output.count <= TraceState.maxCharacters, "what is sent on is bounded")
    always(TraceState.isValid(output.bytes), "what is sent on is valid")
    var again = ByteBuffer()
    always(
        TraceState.appendBounded(output.bytes, into: &again) && again.bytes.elementsEqual(output.bytes),
        "and stays as it is at the next hop")
    let received = StateOracle.members(list.array)
    let sent = StateOracle.members(output.bytes.array)
    always(received.count <= TraceState.maxMembers, "a list has 32 members")
    var rest = received[...]
    for member in sent {
        guard let place = rest.firstIndex(of: member) else {
            always(false, "members are received ones, in their order")
            return
        }
        rest = rest[(place + 1)...]
    }
    let keys = sent.map(StateOracle.key)
    always(Set(keys).count == keys.count, "a key is sent once")
}
