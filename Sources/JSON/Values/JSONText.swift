internal import Substrate

/// A string's content between its quotes, as it stands in the document, and whether escapes are in it.
struct JSONText {
    let raw: Bytes
    let hasEscapes: Bool

    init(_ node: JSONNode, _ input: Bytes) {
        raw = input[Int(node.offset), count: Int(node.length)]
        hasEscapes = node.hasEscapes
    }

    func equals(_ bytes: Bytes) -> Bool {
        guard hasEscapes else { return raw.elementsEqual(bytes) }
        // An escape is never shorter than what it stands for.
        guard raw.count > bytes.count else { return false }
        var decoder = JSONUnescaper(raw)
        var index = 0
        while let byte = decoder.next() {
            guard index < bytes.count, bytes[index] == byte else { return false }
            index &+= 1
        }
        return index == bytes.count
    }

    func equals(_ other: JSONText) -> Bool {
        if !other.hasEscapes { return equals(other.raw) }
        if !hasEscapes { return other.equals(raw) }
        var left = JSONUnescaper(raw)
        var right = JSONUnescaper(other.raw)
        while let byte = left.next() {
            guard right.next() == byte else { return false }
        }
        return right.next() == nil
    }

    /// A hash of the text that the string stands for: the same however it is escaped.
    func hash(seed: UInt64, factor: UInt64) -> UInt64 {
        hasEscapes ? hashUnescaped(seed: seed, factor: factor) : hashRaw(seed: seed, factor: factor)
    }

    private static func mixed(_ state: UInt64, _ word: UInt64, _ factor: UInt64) -> UInt64 {
        let product = (state ^ word).multipliedFullWidth(by: factor)
        return product.high ^ product.low
    }

    private func hashRaw(seed: UInt64, factor: UInt64) -> UInt64 {
        guard !raw.isEmpty else { return seed }
        let scanner = JSONScanner(raw)
        var state = seed
        var at = 0
        while scanner.count &- at >= 8 {
            state = Self.mixed(state, scanner.word(at), factor)
            at &+= 8
        }
        var last: UInt64 = 0
        var shift: UInt64 = 0
        while at < scanner.count {
            last |= UInt64(scanner.byte(at)) &<< shift
            shift &+= 8
            at &+= 1
        }
        return Self.mixed(state, last, factor) ^ UInt64(scanner.count)
    }

    private func hashUnescaped(seed: UInt64, factor: UInt64) -> UInt64 {
        var decoder = JSONUnescaper(raw)
        var state = seed
        var word: UInt64 = 0
        var count = 0
        while let byte = decoder.next() {
            word |= UInt64(byte) &<< UInt64((count & 7) &* 8)
            count &+= 1
            if count & 7 == 0 {
                state = Self.mixed(state, word, factor)
                word = 0
            }
        }
        return count == 0 ? seed : Self.mixed(state, word, factor) ^ UInt64(count)
    }
}
