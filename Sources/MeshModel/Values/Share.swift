import Substrate

/// A share of a whole as resources write it: `10%`, `0.5%`, `100%`.
public struct Share: Sendable, Equatable, Hashable {
    /// Digits after the point that a percentage may have: as exact as parts per million.
    public static let maxFractionDigits = 4
    public static let all = Share(partsPerMillion: 1_000_000)
    public static let nothing = Share(partsPerMillion: 0)

    /// 0…1,000,000.
    public let partsPerMillion: UInt32

    private init(partsPerMillion: UInt32) { self.partsPerMillion = partsPerMillion }

    /// A percentage from 0 to 100 with at most `maxFractionDigits` behind the point. Nil for anything else.
    public init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard bytes.last == UInt8(ascii: "%") else { return nil }
        let parts = bytes.dropLast().split(
            separator: ASCII.dot, maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? Array(parts[1]) : []
        guard !parts[0].isEmpty, parts.count == 1 || !fraction.isEmpty,
            fraction.count <= Self.maxFractionDigits
        else { return nil }
        let padding = [UInt8](repeating: ASCII.zero, count: Self.maxFractionDigits - fraction.count)
        let digits = Array(parts[0]) + fraction + padding
        guard digits.allSatisfy(ASCII.isDigit), let parts = digits.withBytes({ $0.decimalValue }),
            parts <= 1_000_000
        else { return nil }
        partsPerMillion = UInt32(parts)
    }
}

extension Share: CustomStringConvertible {
    /// What `init(parsing:)` reads back as the same share, without needless digits.
    public var description: String {
        let whole = partsPerMillion / 10_000
        var fraction = String(partsPerMillion % 10_000 + 10_000).dropFirst()
        while fraction.last == "0" { fraction = fraction.dropLast() }
        return fraction.isEmpty ? "\(whole)%" : "\(whole).\(fraction)%"
    }
}
