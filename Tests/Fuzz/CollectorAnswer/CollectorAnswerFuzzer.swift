import FuzzKit
import Substrate
import Telemetry

/// The body of a collector's answer: the number of spans that a plain reading of the message finds, or no message.
@_cdecl("FuzzCollectorAnswer_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    Fuzzing.main { input in
        always(OTLPAnswer.rejectedSpans(input) == rejectedSpans(input.array), "a second reading agrees")
    }
}

private func rejectedSpans(_ body: [UInt8]) -> UInt64? {
    guard let answer = fields(body) else { return nil }
    var rejected: UInt64 = 0
    for field in answer where field.number == 1 {
        guard field.type == 2, let partial = fields(field.bytes) else { return nil }
        for field in partial where field.number == 1 && field.type == 0 {
            rejected = field.value > UInt64(Int64.max) ? 0 : field.value
        }
    }
    return rejected
}

private struct Field {
    var number: UInt64
    var type: UInt64
    var value: UInt64 = 0
    var bytes: [UInt8] = []
}

/// All fields of a message; nil for what is none.
private func fields(_ message: [UInt8]) -> [Field]? {
    var rest = message[...]
    var found: [Field] = []
    while !rest.isEmpty {
        guard let tag = varint(&rest), tag / 8 > 0 else { return nil }
        var field = Field(number: tag / 8, type: tag % 8)
        switch field.type {
        case 0:
            guard let value = varint(&rest) else { return nil }
            field.value = value
        case 1, 5:
            let count = field.type == 1 ? 8 : 4
            guard rest.count >= count else { return nil }
            rest = rest.dropFirst(count)
        case 2:
            guard let count = varint(&rest), count <= rest.count else { return nil }
            field.bytes = Array(rest.prefix(Int(count)))
            rest = rest.dropFirst(Int(count))
        default: return nil
        }
        found.append(field)
    }
    return found
}

private func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var digits: [UInt8] = []
    while let byte = rest.popFirst() {
        digits.append(byte % 128)
        guard byte < 128 else { continue }
        var value: UInt64 = 0
        for digit in digits.reversed() {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 128)
            if overflow { return nil }
            value = shifted + UInt64(digit)
        }
        return digits.count <= 10 ? value : nil
    }
    return nil
}
