import Substrate

/// A size as resources write it: `64KiB`, `3MiB`, `1GiB`, or a plain number of bytes.
enum ByteSize {
    private static let units: [(name: String, bytes: UInt64)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// Nil for anything else, and past `UInt64.max`.
    static func parse(_ text: String) -> UInt64? {
        let bytes = Array(text.utf8)
        let digits = bytes.prefix(while: ASCII.isDigit)
        let unit = String(decoding: bytes[digits.count...], as: UTF8.self)
        guard let count = Array(digits).withBytes({ $0.decimalValue }) else { return nil }
        if unit.isEmpty { return count }
        guard let scale = units.first(where: { $0.name == unit })?.bytes else { return nil }
        let (size, overflow) = count.multipliedReportingOverflow(by: scale)
        return overflow ? nil : size
    }

    /// In the largest unit that divides it.
    static func text(_ size: UInt64) -> String {
        let unit = units.first { size % $0.bytes == 0 && size > 0 } ?? ("B", 1)
        return "\(size / unit.bytes)\(unit.name)"
    }
}
