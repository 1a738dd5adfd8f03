import Substrate

/// Text to the octets of an IP address, in network order.
enum IPOctets {
    static func ipv4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: ASCII.dot, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var octets: [UInt8] = []
        for part in parts {
            guard let value = decimal(part, maxDigits: 3), value <= 255 else { return nil }
            octets.append(UInt8(value))
        }
        return octets
    }

    /// Without brackets and zone: full, `::`-shortened, and with an IPv4 tail (RFC 4291 §2.2).
    static func ipv6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count <= 45 else { return nil }
        guard let gap = doubleColon(text) else {
            guard let octets = groups(text), octets.count == 16 else { return nil }
            return octets
        }
        let tail = text[(gap + 2)...]
        guard doubleColon(tail) == nil, tail.first != ASCII.colon,
            let left = groups(text[..<gap], mayEndInIPv4: false), let right = groups(tail)
        else { return nil }
        // "::" stands for at least one group of zeros.
        guard left.count + right.count <= 14 else { return nil }
        return left + [UInt8](repeating: 0, count: 16 - left.count - right.count) + right
    }

    /// A number without sign or leading zero.
    static func decimal(_ digits: ArraySlice<UInt8>, maxDigits: Int) -> Int? {
        guard !digits.isEmpty, digits.count <= maxDigits, digits.allSatisfy(ASCII.isDigit) else { return nil }
        guard digits.count == 1 || digits.first != ASCII.zero else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - ASCII.zero) }
    }

    static func looksNumeric(_ text: ArraySlice<UInt8>) -> Bool {
        text.allSatisfy { ASCII.isDigit($0) || $0 == ASCII.dot }
    }

    private static func doubleColon(_ text: ArraySlice<UInt8>) -> Int? {
        var index = text.startIndex
        while index + 1 < text.endIndex {
            if text[index] == ASCII.colon, text[index + 1] == ASCII.colon { return index }
            index += 1
        }
        return nil
    }

    private static func groups(_ text: ArraySlice<UInt8>, mayEndInIPv4: Bool = true) -> [UInt8]? {
        if text.isEmpty { return [] }
        var octets: [UInt8] = []
        let parts = text.split(separator: ASCII.colon, omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, part.contains(ASCII.dot) {
                guard let tail = ipv4(part) else { return nil }
                return octets + tail
            }
            guard !part.isEmpty, part.count <= 4 else { return nil }
            var value: UInt16 = 0
            for byte in part {
                guard let digit = ASCII.hexValue(byte) else { return nil }
                value = value << 4 | UInt16(digit)
            }
            octets += [UInt8(value >> 8), UInt8(value & 0xFF)]
        }
        return octets
    }
}
