import Substrate

/// Where the members of one valid `tracestate` lie, and which of them are still wanted.
struct TraceStateMembers: BitwiseCopyable {
    private var ranges = InlineArray<32, ByteRange>(repeating: ByteRange())
    private var keyCounts = InlineArray<32, UInt16>(repeating: 0)
    private var kept: UInt32 = 0
    private(set) var count = 0

    /// Nil when a member breaks the grammar or there are too many. Empty members are allowed and left out.
    init?(_ list: Bytes) {
        var start = 0
        while start <= list.count {
            let end = list.firstIndex(of: ASCII.comma, from: start) ?? list.count
            var first = start
            var last = end
            while first < last, Self.isBlank(list[first]) { first &+= 1 }
            while last > first, Self.isBlank(list[last &- 1]) { last &-= 1 }
            if last > first {
                let member = list[first, count: last &- first]
                guard count < TraceState.maxMembers, let keyCount = Self.keyCount(of: member) else {
                    return nil
                }
                ranges[count] = ByteRange(offset: first, count: last &- first)
                keyCounts[count] = UInt16(keyCount)
                kept |= 1 << UInt32(count)
                count &+= 1
            }
            start = end &+ 1
        }
    }

    subscript(index: Int) -> ByteRange { ranges[index] }

    func isKept(_ index: Int) -> Bool { kept >> UInt32(index) & 1 == 1 }

    private mutating func drop(_ index: Int) { kept &= ~(1 << UInt32(index)) }

    /// Keeps the leftmost member of each key: members are added at the front, so it is the newest.
    mutating func dropDuplicates(in list: Bytes) {
        for index in 0..<count {
            let key = list[ranges[index]].prefix(Int(keyCounts[index]))
            for earlier in 0..<index where isKept(earlier) {
                if list[ranges[earlier]].prefix(Int(keyCounts[earlier])).elementsEqual(key) {
                    drop(index)
                    break
                }
            }
        }
    }

    mutating func shorten(to maxCharacters: Int, firstDroppingOver longMember: Int) {
        var index = 0
        while index < count, keptCharacters > maxCharacters {
            if ranges[index].count > UInt32(longMember) { drop(index) }
            index &+= 1
        }
        index = count
        while index > 0, keptCharacters > maxCharacters {
            index &-= 1
            drop(index)
        }
    }

    /// Characters of the kept members with the commas between them.
    private var keptCharacters: Int {
        var sum = 0
        for index in 0..<count where isKept(index) { sum &+= Int(ranges[index].count) &+ 1 }
        return sum > 0 ? sum &- 1 : 0
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == ASCII.space || byte == ASCII.tab }

    /// Length of the member's key; nil when the member breaks the grammar (§3.3.1.3).
    private static func keyCount(of member: Bytes) -> Int? {
        guard let equals = member.firstIndex(of: ASCII.equals), equals > 0,
            equals <= TraceState.maxKeyCharacters
        else { return nil }
        for index in 0..<equals {
            let byte = member[index]
            let isLetterOrDigit = byte &- 0x61 < 26 || ASCII.isDigit(byte)
            guard isLetterOrDigit || (index > 0 && isKeyPunctuation(byte)) else { return nil }
        }
        let valueCount = member.count &- equals &- 1
        guard valueCount > 0, valueCount <= TraceState.maxValueCharacters else { return nil }
        for index in (equals &+ 1)..<member.count {
            let byte = member[index]
            guard byte >= 0x20, byte < 0x7F, byte != ASCII.equals else { return nil }
        }
        return equals
    }

    private static func isKeyPunctuation(_ byte: UInt8) -> Bool {
        byte == ASCII.underscore || byte == ASCII.dash || byte == ASCII.asterisk || byte == ASCII.slash
            || byte == ASCII.at
    }
}
