import Substrate

/// Brings a path into the one form that is matched and forwarded, in place; see the decision "one canonical path".
///
/// The scanner has already refused raw bytes that no path may hold; percent-encodings are judged here.
struct PathNormaliser {
    private let head: MessageHead
    private let start: Int
    private let end: Int
    /// Where the next byte goes.
    private var out: Int
    /// The encoded byte above 0x7F that was written last, or 0.
    private var previousEncoded: UInt8 = 0

    /// Normalises the bytes under `range` of the arena; the result starts where they do and is never longer.
    static func normalise(_ range: ByteRange, in head: MessageHead) throws(HTTP1Fault) -> ByteRange {
        var normaliser = PathNormaliser(head: head, range: range)
        try normaliser.run()
        return ByteRange(offset: normaliser.start, count: normaliser.out &- normaliser.start)
    }

    private init(head: MessageHead, range: ByteRange) {
        self.head = head
        start = Int(range.offset)
        end = range.end
        out = start
    }

    private mutating func run() throws(HTTP1Fault) {
        let bytes = head.bytes
        var index = start
        while index < end {
            // bytes[index] is the slash that opens a segment.
            index &+= 1
            put(ASCII.slash)
            // What stands on either side of a slash is no one character, whatever dot segments stood between.
            previousEncoded = 0
            let segment = out
            while index < end, bytes[index] != ASCII.slash {
                index = try copyByte(at: index, bytes)
            }
            try closeSegment(from: segment, isLast: index == end)
        }
    }

    private mutating func put(_ byte: UInt8) {
        head.setByte(byte, at: out)
        out &+= 1
    }

    /// Copies the byte or the percent-encoding at `index`, and returns the index behind it.
    private mutating func copyByte(at index: Int, _ bytes: Bytes) throws(HTTP1Fault) -> Int {
        guard bytes[index] == ASCII.percent else {
            put(bytes[index])
            previousEncoded = 0
            try refuseDoubleEncoding()
            return index &+ 1
        }
        guard index &+ 2 < end, let high = ASCII.hexValue(bytes[index &+ 1]),
            let low = ASCII.hexValue(bytes[index &+ 2])
        else { throw .percentMalformed }
        let value = high << 4 | low
        if value == ASCII.slash || value == ASCII.backslash { throw .encodedSlash }
        if value < 0x20 || value == ASCII.delete { throw .encodedControl }
        if ByteClass.isIn(value, ByteClass.unreserved) {
            put(value)
            previousEncoded = 0
            try refuseDoubleEncoding()
            return index &+ 3
        }
        if Self.isOverlong(previousEncoded, value) { throw .overlongEncoding }
        previousEncoded = value
        put(ASCII.percent)
        put(upperHexDigit(high))
        put(upperHexDigit(low))
        return index &+ 3
    }

    /// After each literal byte: is it the second hexadecimal digit behind `%25`?
    ///
    /// Looks at what was written, so that `%25%32f` is seen too.
    private func refuseDoubleEncoding() throws(HTTP1Fault) {
        guard out &- start >= 5 else { return }
        let written = head.bytes
        if written[out &- 5] == ASCII.percent, written[out &- 4] == UInt8(ascii: "2"),
            written[out &- 3] == UInt8(ascii: "5"), ASCII.hexValue(written[out &- 2]) != nil,
            ASCII.hexValue(written[out &- 1]) != nil
        {
            throw .doubleEncoding
        }
    }

    private static func isOverlong(_ lead: UInt8, _ next: UInt8) -> Bool {
        switch lead {
        case 0xC0, 0xC1: next & 0xC0 == 0x80
        case 0xE0: next & 0xE0 == 0x80
        case 0xF0: next & 0xF0 == 0x80
        default: false
        }
    }

    private func upperHexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 &+ nibble : 0x37 &+ nibble
    }

    /// Removes what was written of an empty or dot segment (RFC 3986 §5.2.4); `..` above the root is refused.
    private mutating func closeSegment(from segment: Int, isLast: Bool) throws(HTTP1Fault) {
        let written = head.bytes
        let count = out &- segment
        guard count == 0 || written[segment] == ASCII.dot else { return }
        if count == 0 {
            // An inner empty segment goes with its slash; a last one is the path's trailing slash.
            if !isLast { out = segment &- 1 }
            return
        }
        let dots = count > 1 && written[segment &+ 1] == ASCII.dot ? 2 : 1
        if count > dots {
            if written[segment &+ dots] == ASCII.semicolon { throw .dotSegmentWithParameters }
            return
        }
        // The slash before the segment stays only if it ends the path.
        out = segment &- 1
        if dots == 2 {
            guard out > start else { throw .pathAboveRoot }
            repeat { out &-= 1 } while written[out] != ASCII.slash
        }
        if isLast { put(ASCII.slash) }
    }
}
