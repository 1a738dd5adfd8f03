import Substrate

/// The elements of a list whose separator may stand in quoted strings. Empty elements are left out, blanks around them too.
struct QuotedList {
    private var rest: Bytes
    private let separator: UInt8

    init(_ list: Bytes, separator: UInt8) {
        rest = list
        self.separator = separator
    }

    mutating func next() -> Bytes? {
        while !rest.isEmpty {
            let end = endOfElement()
            let element = rest.prefix(end).trimmingBlanks
            rest = rest.dropFirst(min(end + 1, rest.count))
            if !element.isEmpty { return element }
        }
        return nil
    }

    private func endOfElement() -> Int {
        var isQuoted = false
        var index = 0
        while index < rest.count {
            let byte = rest[index]
            if isQuoted, byte == ASCII.backslash {
                index += 1
            } else if byte == ASCII.quote {
                isQuoted.toggle()
            } else if byte == separator, !isQuoted {
                return index
            }
            index += 1
        }
        return rest.count
    }
}
