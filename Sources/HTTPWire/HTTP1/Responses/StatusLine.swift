import Substrate

/// A status line taken apart (RFC 9112 §4). Ranges are offsets in the message.
struct StatusLine {
    var status: UInt16
    var minorVersion: UInt8
    var reasonPhrase: ByteRange
    /// Index behind the CRLF.
    var end: Int

    /// Nil when `message` ends before the line does. The phrase may be empty, and the space before it missing.
    static func parse(_ message: Bytes) throws(HTTP1Fault) -> StatusLine? {
        // `HTTP/1.1 200 CRLF` without its optional space: 14 bytes.
        guard message.count >= 14 else {
            guard Bytes("HTTP/1.").hasPrefix(message.prefix(7)), message.firstIndex(of: ASCII.lineFeed) == nil
            else { throw .statusLineMalformed }
            return nil
        }
        guard message.hasPrefix("HTTP/1."), message[7] == 0x30 || message[7] == 0x31,
            message[8] == ASCII.space
        else { throw .statusLineMalformed }
        var status: UInt16 = 0
        for index in 9..<12 {
            guard let digit = ASCII.digitValue(message[index]) else { throw .statusLineMalformed }
            status = status &* 10 &+ UInt16(digit)
        }
        guard status >= 100 else { throw .statusLineMalformed }
        guard message[12] == ASCII.space || message[12] == ASCII.carriageReturn else {
            throw message.lineFault(at: 12, .statusLineMalformed)
        }
        let phraseStart = message[12] == ASCII.space ? 13 : 12
        var end = message.firstControl(from: phraseStart)
        while end < message.count, message[end] == ASCII.tab { end = message.firstControl(from: end &+ 1) }
        guard end < message.count else { return nil }
        if message[end] != ASCII.carriageReturn { throw message.lineFault(at: end, .statusLineMalformed) }
        guard end &+ 1 < message.count else { return nil }
        if message[end &+ 1] != ASCII.lineFeed { throw .bareCarriageReturn }
        return StatusLine(
            status: status, minorVersion: message[7] &- 0x30,
            reasonPhrase: ByteRange(offset: phraseStart, count: end &- phraseStart), end: end &+ 2)
    }
}
