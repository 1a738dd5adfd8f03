import Substrate

/// Parses a trailer section as strictly as a head's fields (RFC 9110 §6.5).
enum Trailers {
    /// Index behind the closing empty line; nil when `section` ends before it.
    static func check(
        _ section: Bytes, limits: HTTP1Limits, heads: inout HeadPool
    ) throws(HTTP1Fault) -> Int? {
        // The block only holds the lines while they are checked.
        let lines = heads.acquire()
        defer { heads.release(lines) }
        var summary = FieldSummary()
        let window = section.prefix(Swift.max(0, limits.maxTrailerBytes))
        let end = try FieldLines.parse(
            window, from: 0, into: lines, maxFields: limits.effectiveMaxFields, summary: &summary)
        for index in 0..<lines.fieldCount {
            let line = lines[field: index]
            if isForbidden(line.known) || ConnectionOptions.isForwarding(section[line.name]) {
                throw .trailerForbidden
            }
        }
        if summary.hasUnderscore, limits.refusesUnderscores { throw .underscoreInName }
        if end == nil, section.count > window.count { throw .trailersTooLarge }
        return end
    }

    /// Framing, routing, trust and credentials belong to the head: a trailer that a recipient merges must not
    /// replace them.
    private static func isForbidden(_ known: KnownHeader) -> Bool {
        switch known {
        case .other, .date, .server, .via, .retryAfter: false
        default: true
        }
    }
}
