import Substrate

/// A request line taken apart (RFC 9112 §3). Ranges are offsets in the message.
struct RequestLine {
    enum Form { case origin, absolute, asterisk }

    var method = HTTPMethod.other
    var methodName = ByteRange()
    var form = Form.origin
    var target = ByteRange()
    /// Of an absolute target.
    var authority = ByteRange()
    var isHTTPS = false
    /// As received; empty where an absolute target has none.
    var path = ByteRange()
    /// The path has dots behind a slash, doubled slashes or percent signs.
    var needsNormalising = false
    var query = ByteRange()
    var hasQuery = false
    var minorVersion: UInt8 = 1
    /// Index behind the CRLF.
    var end = 0
}

extension RequestLine {
    /// Nil when `message` ends before the line does.
    static func parse(_ message: Bytes, maxTargetBytes: Int) throws(HTTP1Fault) -> RequestLine? {
        var line = RequestLine()
        var index = 0
        while index < message.count, ByteClass.isIn(message[index], ByteClass.token) {
            index &+= 1
            if index > HTTP1Limits.maxMethodBytes { throw .methodInvalid }
        }
        guard index < message.count else { return nil }
        guard index > 0 else { throw .methodInvalid }
        guard message[index] == ASCII.space else { throw message.lineFault(at: index, .methodInvalid) }
        line.methodName = ByteRange(offset: 0, count: index)
        line.method = HTTPMethod(message.prefix(index))
        if line.method == .trace || line.method == .connect { throw .methodRefused }
        index &+= 1

        var scanner = TargetScanner(start: index, maxBytes: maxTargetBytes)
        guard try scanner.scan(message, into: &line) else { return nil }
        index = scanner.index
        line.target = ByteRange(offset: scanner.start, count: index &- scanner.start)
        guard try line.parseVersion(message, at: index &+ 1) else { return nil }
        if line.form == .asterisk, line.method != .options { throw .targetMalformed }
        return line
    }

    /// `HTTP/1.1 CRLF` at `index`. False when more bytes are needed.
    private mutating func parseVersion(_ message: Bytes, at index: Int) throws(HTTP1Fault) -> Bool {
        let rest = message.dropFirst(index)
        guard rest.count >= 10 else {
            if rest.firstIndex(of: ASCII.lineFeed) != nil { throw rest.versionFault }
            return false
        }
        if rest.hasPrefix("HTTP/1.1") {
            minorVersion = 1
        } else if rest.hasPrefix("HTTP/1.0") {
            minorVersion = 0
        } else {
            throw rest.versionFault
        }
        guard rest[8] == ASCII.carriageReturn else { throw rest.versionFault }
        guard rest[9] == ASCII.lineFeed else { throw .bareCarriageReturn }
        end = index &+ 10
        return true
    }
}

extension Bytes {
    /// What is wrong with the end of a request line that starts here.
    fileprivate var versionFault: HTTP1Fault {
        let isForeign =
            count >= 8 && hasPrefix("HTTP/") && ASCII.isDigit(self[5]) && self[6] == ASCII.dot
            && ASCII.isDigit(self[7]) && !hasPrefix("HTTP/1.1") && !hasPrefix("HTTP/1.0")
        if isForeign { return .versionUnsupported }
        guard let feed = prefix(10).firstIndex(of: ASCII.lineFeed) else { return .requestLineMalformed }
        return lineFault(at: feed, .requestLineMalformed)
    }

    /// The fault for an unexpected byte in a start line: a line feed without its CR is named as such.
    func lineFault(at index: Int, _ otherwise: HTTP1Fault) -> HTTP1Fault {
        guard self[index] == ASCII.lineFeed else { return otherwise }
        return index > 0 && self[index &- 1] == ASCII.carriageReturn ? otherwise : .bareLineFeed
    }
}
