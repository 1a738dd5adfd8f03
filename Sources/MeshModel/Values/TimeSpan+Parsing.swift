import Substrate

extension TimeSpan: CustomStringConvertible {
    private static let units: [(name: String, nanoseconds: UInt64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
    ]

    /// A whole number and a unit: `ns us ms s m h d`. Nil for anything else, and past `UInt64.max` nanoseconds.
    public init?(parsing text: String) {
        let bytes = Array(text.utf8)
        let digits = bytes.prefix(while: ASCII.isDigit)
        let unit = String(decoding: bytes[digits.count...], as: UTF8.self)
        guard let scale = Self.units.first(where: { $0.name == unit })?.nanoseconds,
            let count = Array(digits).withBytes({ $0.decimalValue })
        else { return nil }
        let (nanoseconds, overflow) = count.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        self.init(nanoseconds: nanoseconds)
    }

    /// In the largest unit that divides it: what `init(parsing:)` reads back as the same span.
    public var description: String {
        let unit = Self.units.first { nanoseconds % $0.nanoseconds == 0 && nanoseconds > 0 } ?? ("s", 1)
        return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
    }
}
