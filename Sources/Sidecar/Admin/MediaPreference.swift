import Substrate

/// How much a client likes one media type of ours, by the ranges of its `Accept`: the most specific one decides.
struct MediaPreference {
    private let type: StaticString
    private let subtype: StaticString
    private let version: StaticString
    /// 0 for no range, 1 for `*/*`, 2 for `type/*`, 3 for the type itself, 4 with its version.
    private var specificity = 0
    /// In thousandths; 0 is "not acceptable", and where nothing was said of it.
    private(set) var quality = 0

    init(type: StaticString, subtype: StaticString, version: StaticString) {
        self.type = type
        self.subtype = subtype
        self.version = version
    }

    /// The client has named the type, and not only a wildcard.
    var isNamed: Bool { specificity >= 3 }

    /// Takes one element of the list into account: `type/subtype;version=…;charset=…;q=…`.
    mutating func consider(_ element: Bytes) {
        var parts = QuotedList(element, separator: ASCII.semicolon)
        guard let range = parts.next(), var found = specificity(of: range) else { return }
        var weight = 1_000
        while let parameter = parts.next() {
            guard let equals = parameter.firstIndex(of: ASCII.equals) else { continue }
            let name = parameter.prefix(equals).trimmingBlanks
            let value = Self.unquoted(parameter.dropFirst(equals + 1).trimmingBlanks)
            if name.equalsIgnoringASCIICase("q") {
                guard let thousandths = Self.thousandths(value) else { return }
                weight = thousandths
            } else if name.equalsIgnoringASCIICase("version") {
                guard value.elementsEqual(version) else { return }
                if found == 3 { found = 4 }
            } else if name.equalsIgnoringASCIICase("charset") {
                guard value.equalsIgnoringASCIICase("utf-8") else { return }
            }
            // Others, Prometheus's `escaping` among them, ask for what our names and labels are anyway.
        }
        if found > specificity {
            specificity = found
            quality = weight
        } else if found == specificity {
            quality = max(quality, weight)
        }
    }

    private func specificity(of range: Bytes) -> Int? {
        guard let slash = range.firstIndex(of: ASCII.slash) else { return nil }
        let left = range.prefix(slash)
        let right = range.dropFirst(slash + 1)
        if left.elementsEqual("*") { return right.elementsEqual("*") ? 1 : nil }
        guard left.equalsIgnoringASCIICase(type) else { return nil }
        if right.elementsEqual("*") { return 2 }
        return right.equalsIgnoringASCIICase(subtype) ? 3 : nil
    }

    private static func unquoted(_ value: Bytes) -> Bytes {
        guard value.count >= 2, value[0] == ASCII.quote, value[value.count - 1] == ASCII.quote else {
            return value
        }
        return value.dropFirst(1).prefix(value.count - 2)
    }

    /// `0`, `1`, and up to three decimals (RFC 9110 §12.4.2). Nil for anything else.
    private static func thousandths(_ value: Bytes) -> Int? {
        guard value.count >= 1, value.count <= 5, value[0] == ASCII.zero || value[0] == ASCII.zero + 1 else {
            return nil
        }
        var sum = Int(value[0] - ASCII.zero) * 1_000
        if value.count > 1 {
            guard value[1] == ASCII.dot else { return nil }
            var unit = 100
            for index in 2..<max(2, value.count) {
                guard value[index] >= ASCII.zero, value[index] <= ASCII.zero + 9 else { return nil }
                sum += Int(value[index] - ASCII.zero) * unit
                unit /= 10
            }
        }
        return sum <= 1_000 ? sum : nil
    }
}
