import Substrate

/// `host [ ":" port ]` of a Host field or of an absolute target (RFC 3986 §3.2), stricter than the grammar: no user
/// information, percent-encoding, sub-delimiters, empty labels or zone identifiers.
struct HostName {
    /// Length of the host at the front, without a trailing dot.
    var hostCount: Int
    /// 0 without one.
    var port: UInt16
    var hasUpperCase: Bool

    init(_ authority: Bytes) throws(HTTP1Fault) {
        guard authority.count > 0 else { throw .hostInvalid }
        hasUpperCase = false
        port = 0
        var index = 0
        if authority[0] == ASCII.openBracket {
            guard let close = authority.firstIndex(of: ASCII.closeBracket), close > 3 else {
                throw .hostInvalid
            }
            index = close &+ 1
            hostCount = index
            try checkAddress(authority[1, count: close &- 1])
        } else {
            var previous = ASCII.dot
            while index < authority.count, authority[index] != ASCII.colon {
                let byte = authority[index]
                guard ByteClass.isIn(byte, ByteClass.host), byte != ASCII.dot || previous != ASCII.dot else {
                    throw .hostInvalid
                }
                if byte &- 0x41 < 26 { hasUpperCase = true }
                previous = byte
                index &+= 1
            }
            hostCount = previous == ASCII.dot ? index &- 1 : index
            guard hostCount > 0 else { throw .hostInvalid }
        }
        if index < authority.count { port = try Self.port(authority.dropFirst(index)) }
    }

    private mutating func checkAddress(_ address: Bytes) throws(HTTP1Fault) {
        var colons = 0
        for index in 0..<address.count {
            let byte = address[index]
            if byte == ASCII.colon {
                colons &+= 1
            } else if ASCII.hexValue(byte) == nil && byte != ASCII.dot {
                throw .hostInvalid
            }
            if byte &- 0x41 < 26 { hasUpperCase = true }
        }
        if colons < 2 { throw .hostInvalid }
    }

    private static func port(_ text: Bytes) throws(HTTP1Fault) -> UInt16 {
        guard text[0] == ASCII.colon, text.count <= 6, let number = text.dropFirst(1).decimalValue,
            let port = UInt16(exactly: number), port > 0
        else { throw .hostInvalid }
        return port
    }
}
