import Substrate

/// What a head's field lines say about framing and connection, gathered while they are parsed.
struct FieldSummary {
    enum Coding { case none, chunked, refused(HTTP1Fault) }

    var hasLength = false
    var contentLength: Int64 = -1
    var coding = Coding.none
    var hosts = 0
    /// Of the first Host field.
    var host = ByteRange()
    var hasConnection = false
    var hasUpgrade = false
    var hasUnderscore = false
    var expectsContinue = false
    var keepAliveTimeoutSeconds: UInt32 = 0
    // From Connection
    var listsClose = false
    var listsKeepAlive = false
    var listsUpgrade = false

    var hasCoding: Bool {
        if case .none = coding { false } else { true }
    }

    /// Takes notice of one field. Only a Content-Length can be wrong by itself; the rest is judged by `framing`.
    mutating func note(_ known: KnownHeader, _ value: Bytes, at range: ByteRange) throws(HTTP1Fault) {
        switch known {
        case .contentLength:
            if hasLength { throw .contentLengthDuplicate }
            hasLength = true
            contentLength = try Self.length(value)
        case .transferEncoding:
            if hasCoding {
                coding = .refused(.transferCodingDuplicate)
            } else if value.equalsIgnoringASCIICase("chunked") {
                coding = .chunked
            } else {
                coding = .refused(TransferCoding.fault(of: value))
            }
        case .host:
            if hosts == 0 { host = range }
            hosts &+= 1
        case .connection: hasConnection = true
        case .upgrade: hasUpgrade = true
        case .expect:
            if !value.equalsIgnoringASCIICase("100-continue") { throw .expectationUnknown }
            expectsContinue = true
        case .keepAlive: keepAliveTimeoutSeconds = KeepAliveTimeout.seconds(value)
        default: break
        }
    }

    private static func length(_ value: Bytes) throws(HTTP1Fault) -> Int64 {
        guard value.count <= HTTP1Limits.maxLengthDigits else {
            var index = 0
            while index < value.count {
                if !ASCII.isDigit(value[index]) { throw .contentLengthInvalid }
                index &+= 1
            }
            throw .contentLengthOverflow
        }
        guard let length = value.decimalValue else { throw .contentLengthInvalid }
        guard let signed = Int64(exactly: length) else { throw .contentLengthOverflow }
        return signed
    }

    /// Refuses what two parsers could frame differently (RFC 9112 §6.3).
    func checkFraming(minorVersion: UInt8) throws(HTTP1Fault) {
        switch coding {
        case .none: return
        case .chunked:
            if hasLength { throw .lengthAndCoding }
            if minorVersion == 0 { throw .transferCodingInHTTP10 }
        case .refused(let fault):
            if hasLength { throw .lengthAndCoding }
            if minorVersion == 0 { throw .transferCodingInHTTP10 }
            throw fault
        }
    }

    var isChunked: Bool {
        if case .chunked = coding { true } else { false }
    }

    /// Whether the sender lets the connection live on (RFC 9112 §9.3).
    func keepsAlive(minorVersion: UInt8) -> Bool {
        !listsClose && (minorVersion == 1 || listsKeepAlive)
    }
}
