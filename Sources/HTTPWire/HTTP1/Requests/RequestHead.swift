import Substrate

/// Parses a whole request head and fills a `MessageHead` with it.
enum RequestHead {
    /// Index behind the head's empty line; nil when `message` ends before it, and then `head` holds rubbish.
    ///
    /// `head` is an empty block of the pool; it may come back as another one.
    static func parse(
        _ message: Bytes, limits: HTTP1Limits, into head: inout MessageHead, pool: inout HeadPool
    ) throws(HTTP1Fault) -> Int? {
        guard let line = try RequestLine.parse(message, maxTargetBytes: limits.maxTargetBytes) else {
            return nil
        }
        var summary = FieldSummary()
        let end = try FieldLines.parse(
            message, from: line.end, into: head, maxFields: limits.effectiveMaxFields, summary: &summary)
        guard let end else { return nil }

        if summary.hasUnderscore, limits.refusesUnderscores { throw .underscoreInName }
        try summary.checkFraming(minorVersion: line.minorVersion)
        if summary.hasConnection {
            try ConnectionOptions.apply(to: head, in: message, summary: &summary)
        }
        let authority = try effectiveAuthority(line, summary, message)
        let host = authority.count > 0 ? try HostName(message[authority]) : nil

        // Copies that the canonical forms take; one byte for the path of a target that has none.
        var extra = 1
        if line.needsNormalising { extra &+= Int(line.path.count) }
        if host?.hasUpperCase == true { extra &+= Int(authority.count) }
        HeadSeat.seat(message.prefix(end), extra: extra, in: &head, pool: &pool)
        var facts = HeadFacts()
        facts.method = line.method
        facts.methodName = line.methodName
        facts.target = line.target
        facts.path = try canonicalPath(of: line, in: head)
        facts.query = line.query
        facts.hasQuery = line.hasQuery
        facts.authority = authority
        if let host { facts.host = lowerCased(host, authority, in: head) }
        facts.hasUnderscoreName = summary.hasUnderscore
        facts.expectsContinue = summary.expectsContinue && line.minorVersion == 1
        facts.minorVersion = line.minorVersion
        facts.contentLength = summary.contentLength
        facts.isChunked = summary.isChunked
        facts.keepsAlive = summary.keepsAlive(minorVersion: line.minorVersion)
        facts.wantsUpgrade = summary.hasUpgrade && summary.listsUpgrade && line.minorVersion == 1
        head.facts = facts
        return end
    }

    /// The authority of the effective request URI (RFC 9112 §3.2 and §3.3).
    private static func effectiveAuthority(
        _ line: RequestLine, _ summary: FieldSummary, _ message: Bytes
    ) throws(HTTP1Fault) -> ByteRange {
        if summary.hosts > 1 { throw .hostDuplicate }
        if summary.hosts == 0 {
            if line.minorVersion == 1 { throw .hostMissing }
            if line.form == .absolute, line.authority.isEmpty { throw .hostInvalid }
            return line.authority
        }
        if summary.host.isEmpty { throw .hostInvalid }
        guard line.form == .absolute else { return summary.host }
        let named = message[summary.host]
        let targeted = message[line.authority]
        let left = try HostName(named)
        let right = try HostName(targeted)
        let defaultPort: UInt16 = line.isHTTPS ? 443 : 80
        guard named.prefix(left.hostCount).equalsIgnoringASCIICase(targeted.prefix(right.hostCount)),
            (left.port == 0 ? defaultPort : left.port) == (right.port == 0 ? defaultPort : right.port)
        else { throw .hostNotAuthority }
        return line.authority
    }

    private static func canonicalPath(of line: RequestLine, in head: MessageHead) throws(HTTP1Fault)
        -> ByteRange
    {
        if line.path.isEmpty {
            // RFC 9112 §3.2.4: OPTIONS of an origin as a whole; otherwise an empty path is the root.
            let isWhole = line.form == .asterisk || (line.method == .options && !line.hasQuery)
            guard let path = head.append(isWhole ? Bytes("*") : Bytes("/")) else {
                preconditionFailure("room for the path")
            }
            return path
        }
        guard line.needsNormalising else { return line.path }
        // The target as received stays as it is; the copy is changed.
        guard let copy = head.append(head[line.path]) else { preconditionFailure("room for the path") }
        return try PathNormaliser.normalise(copy, in: head)
    }

    private static func lowerCased(_ host: HostName, _ authority: ByteRange, in head: MessageHead)
        -> ByteRange
    {
        let asReceived = ByteRange(offset: Int(authority.offset), count: host.hostCount)
        guard host.hasUpperCase else { return asReceived }
        guard let copy = head.append(head[asReceived]) else { preconditionFailure("room for the host") }
        for index in Int(copy.offset)..<copy.end {
            head.setByte(ASCII.lowercased(head.bytes[index]), at: index)
        }
        return copy
    }
}
