public import Substrate

/// What a collector says in the body of its 200: `ExportTraceServiceResponse`.
public enum OTLPAnswer {
    /// Spans that it did not take (`partial_success.rejected_spans`); 0 where it says nothing. Nil for a body that is no
    /// such message: somebody else answered. Its text is never read.
    public static func rejectedSpans(_ body: Bytes) -> UInt64? {
        var rejected: UInt64 = 0
        var answer = ProtobufReader(body)
        while let (field, value) = answer.next() {
            guard field == 1 else { continue }
            guard case .bytes(let message) = value else { return nil }
            var partial = ProtobufReader(message)
            while let (field, value) = partial.next() {
                // An int64: what is negative stands for nothing.
                if field == 1, case .number(let count) = value { rejected = count >> 63 == 0 ? count : 0 }
            }
            if partial.isMalformed { return nil }
        }
        return answer.isMalformed ? nil : rejected
    }
}
