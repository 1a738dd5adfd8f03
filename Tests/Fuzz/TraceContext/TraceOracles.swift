/// `traceparent` by its grammar (W3C Trace Context 2 §3.2), field by field.
enum ParentOracle {
    static func accepts(_ field: [UInt8]) -> Bool {
        let parts = field.split(separator: 0x2D, maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count >= 4 else { return false }
        let counts = [2, 32, 16, 2]
        for (part, count) in zip(parts, counts) {
            guard part.count == count, part.allSatisfy(isLowerHex) else { return false }
        }
        let version = String(decoding: parts[0], as: UTF8.self)
        guard version != "ff", version != "00" || parts.count == 4 else { return false }
        return parts[1].contains { $0 != 0x30 } && parts[2].contains { $0 != 0x30 }
    }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}

/// The members of a valid `tracestate`, without the blanks around them.
enum StateOracle {
    static func members(_ list: [UInt8]) -> [[UInt8]] {
        list.split(separator: 0x2C).compactMap { piece in
            let front = piece.drop { $0 == 0x20 || $0 == 0x09 }
            let back = front.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed()
            return back.isEmpty ? nil : Array(back)
        }
    }

    static func key(_ member: [UInt8]) -> [UInt8] { Array(member.prefix { $0 != 0x3D }) }
}
