import Substrate

/// Parses the field lines of a head or a trailer section: one pass, strict (RFC 9112 §5).
enum FieldLines {
    /// Appends the lines from `start` on to `head`. Ranges are offsets in `section`, which becomes the arena's begin.
    ///
    /// Returns the index behind the empty line; nil when `section` ends before it.
    static func parse(
        _ section: Bytes, from start: Int, into head: MessageHead, maxFields: Int,
        summary: inout FieldSummary
    ) throws(HTTP1Fault) -> Int? {
        let count = section.count
        var index = start
        while index < count {
            if section[index] == ASCII.carriageReturn {
                guard index &+ 1 < count else { return nil }
                if section[index &+ 1] != ASCII.lineFeed { throw .bareCarriageReturn }
                return index &+ 2
            }
            let nameStart = index
            let (nameEnd, seen) = section.tokenEnd(from: nameStart)
            guard nameEnd < count else { return nil }
            index = nameEnd
            guard section[index] == ASCII.colon, nameEnd > nameStart else {
                throw nameFault(section[index], isFirst: nameEnd == nameStart)
            }
            index &+= 1
            while index < count, isBlank(section[index]) { index &+= 1 }
            let valueStart = index
            index = try valueEnd(section, from: index)
            // Room for CR and LF, or the line is not whole.
            guard index &+ 1 < count else { return nil }
            if section[index &+ 1] != ASCII.lineFeed { throw .bareCarriageReturn }
            var valueEnd = index
            while valueEnd > valueStart, isBlank(section[valueEnd &- 1]) { valueEnd &-= 1 }
            index &+= 2

            let known = KnownHeader(section[nameStart, count: nameEnd &- nameStart])
            let value = ByteRange(offset: valueStart, count: valueEnd &- valueStart)
            let line = HeaderField(
                name: ByteRange(offset: nameStart, count: nameEnd &- nameStart), value: value, known: known,
                isHopByHop: known.isHopByHop)
            guard head.fieldCount < maxFields, head.append(line) else { throw .tooManyFields }
            if seen & ByteClass.underscore != 0 { summary.hasUnderscore = true }
            if known != .other { try summary.note(known, section[value], at: value) }
        }
        return nil
    }

    /// Index of the CR that ends the value, or `count`.
    @inline(__always)
    private static func valueEnd(_ section: Bytes, from start: Int) throws(HTTP1Fault) -> Int {
        var index = section.firstControl(from: start)
        while index < section.count {
            switch section[index] {
            case ASCII.carriageReturn: return index
            case ASCII.tab: index = section.firstControl(from: index &+ 1)
            case ASCII.lineFeed: throw .bareLineFeed
            case 0: throw .nulInField
            default: throw .controlInField
            }
        }
        return index
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == ASCII.space || byte == ASCII.tab }

    private static func nameFault(_ byte: UInt8, isFirst: Bool) -> HTTP1Fault {
        switch byte {
        case ASCII.colon: .emptyFieldName
        case ASCII.space, ASCII.tab: isFirst ? .obsoleteFold : .spaceBeforeColon
        case ASCII.lineFeed: .bareLineFeed
        case ASCII.carriageReturn: .colonMissing
        case 0: .nulInField
        default: .fieldNameInvalid
        }
    }
}
