import Substrate

/// Which fields header operations may touch.
enum HeaderRule {
    /// They belong to one connection or to the framing of one message (RFC 9110 §7.6.1, RFC 9112 §6): changing one
    /// makes a message that two parsers read differently.
    private static let connectionFields: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
        "content-length",
    ]
    /// What later hops and backends believe about the way a request took.
    private static let forwardingFields: Set<String> = [
        "forwarded", "via", "x-real-ip", "x-request-id", "traceparent", "tracestate", "x-client-ip",
        "true-client-ip", "cf-connecting-ip", "x-original-url", "x-rewrite-url",
    ]

    static func fault(
        in name: String, isRequest: Bool, isSet: Bool, isTenants: Bool
    ) -> (message: String, hint: String?)? {
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken) else { return ("is not a header name", nil) }
        let lowered = name.lowercased()
        if connectionFields.contains(lowered) {
            return ("belongs to the connection or the framing and is never changed", "leave it out")
        }
        if lowered == "host" {
            if isTenants { return ("decides routing: a tenant's route cannot change it", "leave it out") }
            if !isRequest || !isSet {
                return ("can only be set, and only in requests", "requestHeaders: { set: { host: … } }")
            }
        }
        guard isTenants else { return nil }
        if lowered.hasPrefix("x-outrigger-") || lowered.hasPrefix("x-forwarded-")
            || forwardingFields.contains(lowered)
        {
            return ("is the mesh's own: a tenant's route cannot change it", "use another name")
        }
        return nil
    }

    /// `field-value` without blanks at its ends (RFC 9110 §5.5).
    static func isValue(_ value: String) -> Bool {
        let bytes = Array(value.utf8)
        if let first = bytes.first, let last = bytes.last,
            [first, last].contains(where: { $0 <= ASCII.space })
        {
            return false
        }
        return bytes.allSatisfy { ($0 >= ASCII.space || $0 == ASCII.tab) && $0 != ASCII.delete }
    }
}
