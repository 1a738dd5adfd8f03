import Substrate

/// Scans a request target once: finds its form, its parts and its end, and refuses every byte that may not be in it.
struct TargetScanner {
    let start: Int
    /// First index that a target within its limit cannot reach.
    private let limit: Int
    private(set) var index: Int

    init(start: Int, maxBytes: Int) {
        self.start = start
        let (sum, overflow) = start.addingReportingOverflow(Swift.max(0, maxBytes))
        limit = overflow ? .max : sum
        index = start
    }

    /// False when `message` ends before the target does. Afterwards `index` is that of the space behind the target.
    mutating func scan(_ message: Bytes, into line: inout RequestLine) throws(HTTP1Fault) -> Bool {
        // One byte more than the longest target: the space behind it.
        let window = message.count > limit ? message.prefix(limit &+ 1) : message
        if try scanForm(window, into: &line), try scanPath(window, into: &line),
            try scanQuery(window, into: &line)
        {
            return true
        }
        if window.count > limit { throw .targetTooLong }
        return false
    }

    private mutating func scanForm(_ message: Bytes, into line: inout RequestLine) throws(HTTP1Fault) -> Bool
    {
        guard index < message.count else { return false }
        let byte = message[index]
        switch byte {
        case ASCII.slash: return true
        case ASCII.asterisk:
            line.form = .asterisk
            index &+= 1
            guard index < message.count else { return false }
            if message[index] != ASCII.space { throw .targetMalformed }
            return true
        case ASCII.space, ASCII.carriageReturn, ASCII.lineFeed: throw .requestLineMalformed
        default:
            guard ASCII.isLetter(byte) else { throw fault(byte, .targetMalformed) }
            line.form = .absolute
            return try scanAuthority(message, into: &line)
        }
    }

    private mutating func scanAuthority(
        _ message: Bytes, into line: inout RequestLine
    ) throws(HTTP1Fault) -> Bool {
        let rest = message.dropFirst(index)
        // `https:` has six bytes; whatever has no colon there, on this line, is no URI of ours.
        let front = rest.prefix(6)
        let feed = front.firstIndex(of: ASCII.lineFeed)
        guard let colon = front.firstIndex(of: ASCII.colon), colon < feed ?? 6 else {
            if front.count == 6 || feed != nil { throw .targetMalformed }
            return false
        }
        let scheme = rest.prefix(colon)
        line.isHTTPS = scheme.equalsIgnoringASCIICase("https")
        guard line.isHTTPS || scheme.equalsIgnoringASCIICase("http") else { throw .schemeUnsupported }
        guard rest.count >= colon &+ 3 else {
            if rest.firstIndex(of: ASCII.lineFeed) != nil { throw .targetMalformed }
            return false
        }
        guard rest[colon &+ 1] == ASCII.slash, rest[colon &+ 2] == ASCII.slash else { throw .targetMalformed }
        index &+= colon &+ 3
        let authorityStart = index
        while index < message.count {
            let byte = message[index]
            if byte == ASCII.slash || byte == ASCII.question || byte == ASCII.space { break }
            let isHost =
                ByteClass.isIn(byte, ByteClass.host) || byte == ASCII.colon || byte == ASCII.openBracket
                || byte == ASCII.closeBracket
            guard isHost else { throw fault(byte, .hostInvalid) }
            index &+= 1
        }
        line.authority = ByteRange(offset: authorityStart, count: index &- authorityStart)
        return index < message.count
    }

    /// Stops at `?` or at the space behind the target.
    private mutating func scanPath(_ message: Bytes, into line: inout RequestLine) throws(HTTP1Fault) -> Bool
    {
        let pathStart = index
        let end = message.count
        while index < end {
            let byte = message[index]
            if ByteClass.isIn(byte, ByteClass.plainPath) || byte == ASCII.dot {
                index &+= 1
                continue
            }
            switch byte {
            case ASCII.slash:
                guard index &+ 1 < end else { return false }
                let next = message[index &+ 1]
                if next == ASCII.slash || next == ASCII.dot { line.needsNormalising = true }
            case ASCII.percent: line.needsNormalising = true
            case ASCII.question, ASCII.space:
                line.path = ByteRange(offset: pathStart, count: index &- pathStart)
                return true
            case ASCII.backslash: throw .backslashInPath
            default: throw fault(byte, .characterInPath)
            }
            index &+= 1
        }
        return false
    }

    private mutating func scanQuery(_ message: Bytes, into line: inout RequestLine) throws(HTTP1Fault) -> Bool
    {
        guard message[index] == ASCII.question else { return true }
        line.hasQuery = true
        index &+= 1
        let queryStart = index
        while index < message.count {
            let byte = message[index]
            if !ByteClass.isIn(byte, ByteClass.query) {
                guard byte == ASCII.space else { throw fault(byte, .characterInQuery) }
                line.query = ByteRange(offset: queryStart, count: index &- queryStart)
                return true
            }
            index &+= 1
        }
        return false
    }

    private func fault(_ byte: UInt8, _ otherwise: HTTP1Fault) -> HTTP1Fault {
        switch byte {
        case ASCII.hash: .fragmentInTarget
        // `GET /` and a line's end: HTTP/0.9.
        case ASCII.carriageReturn: .versionUnsupported
        case ASCII.lineFeed: .bareLineFeed
        case 0..<0x20, ASCII.delete: .controlInTarget
        case 0x80...: .nonASCIIInTarget
        default: otherwise
        }
    }
}
