import Substrate

/// Reads the `Connection` fields of a head and marks the fields that they list (RFC 9110 §7.6.1).
enum ConnectionOptions {
    static func apply(to head: MessageHead, in section: Bytes, summary: inout FieldSummary) throws(HTTP1Fault)
    {
        var options = 0
        for index in 0..<head.fieldCount where head[field: index].known == .connection {
            let value = section[head[field: index].value]
            var start = 0
            while start <= value.count {
                let end = value.firstIndex(of: ASCII.comma, from: start) ?? value.count
                let option = value[start, count: end &- start].trimmingBlanks
                start = end &+ 1
                // Empty list elements are skipped (RFC 9110 §5.6.1.2), but counted.
                options &+= 1
                if options > HTTP1Limits.maxConnectionOptions { throw .connectionOptionInvalid }
                if option.isEmpty { continue }
                guard option.isToken else { throw .connectionOptionInvalid }
                try apply(option, to: head, in: section, summary: &summary)
            }
        }
    }

    private static func apply(
        _ option: Bytes, to head: MessageHead, in section: Bytes, summary: inout FieldSummary
    ) throws(HTTP1Fault) {
        if option.equalsIgnoringASCIICase("close") {
            summary.listsClose = true
        } else if option.equalsIgnoringASCIICase("keep-alive") {
            summary.listsKeepAlive = true
        } else {
            let known = KnownHeader(option)
            if known == .upgrade { summary.listsUpgrade = true }
            if known.isHopByHop { return }
            if known != .other || isForwarding(option) { throw .connectionOptionProtected }
            for index in 0..<head.fieldCount
            where section[head[field: index].name].equalsIgnoringASCIICase(option) {
                head[field: index].isHopByHop = true
            }
        }
    }

    /// `x-forwarded-…` of any kind: proxies on the way vouch for it, its sender may not have it removed.
    static func isForwarding(_ name: Bytes) -> Bool {
        name.count > 12 && name.prefix(12).equalsIgnoringASCIICase("x-forwarded-")
    }
}
