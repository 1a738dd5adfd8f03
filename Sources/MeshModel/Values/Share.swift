import Substrate

/// A part of a whole, in parts per million: `0%`, `0.01%`, `12.5%`, `100%`.
public struct Share: Sendable, Equatable, CustomStringConvertible {
    public static let whole: UInt32 = 1_000_000
    public static let all = Share(partsPerMillion: whole)
    public static let nothing = Share(partsPerMillion: 0)
    /// Digits behind the point that are told apart.
    private static let maxDecimals = 4

    public let partsPerMillion: UInt32

    public static func percent(_ percent: UInt32) -> Share {
        Share(partsPerMillion: min(percent, 100) * 10_000)
    }

    private init(partsPerMillion: UInt32) { self.partsPerMillion = partsPerMillion }

    /// A decimal number from 0 to 100 with at most four digits behind the point, and a percent sign. Nil for anything
    /// else: a bare 1 could mean all, or a hundredth.
    public init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard bytes.last == ASCII.percent else { return nil }
        let parts = bytes.dropLast().split(separator: ASCII.dot, omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.count == 2, parts[0].count <= 3, parts.allSatisfy({ !$0.isEmpty }),
            parts.allSatisfy({ $0.allSatisfy(ASCII.isDigit) })
        else { return nil }
        let decimals = parts.count == 2 ? Array(parts[1]) : []
        guard decimals.count <= Self.maxDecimals else { return nil }
        let padding = [UInt8](repeating: ASCII.zero, count: Self.maxDecimals - decimals.count)
        guard let value = (Array(parts[0]) + decimals + padding).withBytes({ $0.decimalValue }),
            value <= UInt64(Self.whole)
        else { return nil }
        partsPerMillion = UInt32(value)
    }

    /// What `init(parsing:)` reads back as the same share.
    public var description: String {
        let whole = partsPerMillion / 10_000
        var rest = partsPerMillion % 10_000
        if rest == 0 { return "\(whole)%" }
        var digits = Self.maxDecimals
        while rest % 10 == 0 {
            rest /= 10
            digits -= 1
        }
        let decimals = "\(rest)"
        return "\(whole)." + String(repeating: "0", count: digits - decimals.utf8.count) + decimals + "%"
    }
}
