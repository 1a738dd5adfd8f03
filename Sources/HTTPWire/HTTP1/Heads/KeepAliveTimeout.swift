import Substrate

/// Reads `Keep-Alive: timeout=5, max=100`, which RFC 2068 §19.7.1.1 left behind and servers still send.
enum KeepAliveTimeout {
    /// 0 when there is none, or none that can be read.
    static func seconds(_ value: Bytes) -> UInt32 {
        var start = 0
        while start <= value.count {
            let end = value.firstIndex(of: ASCII.comma, from: start) ?? value.count
            let parameter = value[start, count: end &- start].trimmingBlanks
            if parameter.count > 8, parameter.prefix(8).equalsIgnoringASCIICase("timeout=") {
                return parameter.dropFirst(8).decimalValue.map { UInt32(clamping: $0) } ?? 0
            }
            start = end &+ 1
        }
        return 0
    }
}
