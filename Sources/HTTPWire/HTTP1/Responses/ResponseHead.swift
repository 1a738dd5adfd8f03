import Substrate

/// Parses a whole response head and fills a `MessageHead` with it.
enum ResponseHead {
    /// Index behind the head's empty line; nil when `message` ends before it, and then `head` holds rubbish.
    static func parse(
        _ message: Bytes, limits: HTTP1Limits, into head: inout MessageHead, pool: inout HeadPool
    ) throws(HTTP1Fault) -> Int? {
        guard let line = try StatusLine.parse(message) else { return nil }
        var summary = FieldSummary()
        let end = try FieldLines.parse(
            message, from: line.end, into: head, maxFields: limits.effectiveMaxFields, summary: &summary)
        guard let end else { return nil }

        if summary.hasUnderscore, limits.refusesUnderscores { throw .underscoreInName }
        try summary.checkFraming(minorVersion: line.minorVersion)
        if summary.hasConnection {
            try ConnectionOptions.apply(to: head, in: message, summary: &summary)
        }
        HeadSeat.seat(message.prefix(end), extra: 0, in: &head, pool: &pool)
        var facts = HeadFacts()
        facts.status = line.status
        facts.reasonPhrase = line.reasonPhrase
        facts.hasUnderscoreName = summary.hasUnderscore
        facts.minorVersion = line.minorVersion
        facts.contentLength = summary.contentLength
        facts.isChunked = summary.isChunked
        facts.keepsAlive = summary.keepsAlive(minorVersion: line.minorVersion)
        facts.wantsUpgrade = summary.hasUpgrade && summary.listsUpgrade
        facts.keepAliveTimeoutSeconds = summary.keepAliveTimeoutSeconds
        head.facts = facts
        return end
    }
}
