import Substrate

/// Judges a Transfer-Encoding that is not exactly `chunked`.
enum TransferCoding {
    /// A coding that is well-formed but not ours is unknown (501); what could be read in two ways is ambiguous (400).
    static func fault(of value: Bytes) -> HTTP1Fault {
        var start = 0
        while true {
            let comma = value.firstIndex(of: ASCII.comma, from: start)
            let end = comma ?? value.count
            let coding = value[start, count: end &- start].trimmingBlanks
            guard coding.isToken else { return .transferCodingAmbiguous }
            let isChunked = coding.equalsIgnoringASCIICase("chunked")
            guard let comma else {
                // `gzip` alone, or a list that chunked ends as RFC 9112 §6.1 wants it.
                return start == 0 || isChunked ? .transferCodingUnknown : .transferCodingAmbiguous
            }
            if isChunked { return .transferCodingAmbiguous }
            start = comma &+ 1
        }
    }
}

extension Bytes {
    /// One or more `tchar` (RFC 9110 §5.6.2).
    var isToken: Bool {
        var index = 0
        while index < count {
            if !ByteClass.isIn(self[index], ByteClass.token) { return false }
            index &+= 1
        }
        return count > 0
    }
}
