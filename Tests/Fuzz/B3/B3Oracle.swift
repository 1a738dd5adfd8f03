/// B3 by its specification, word by word.
enum B3Oracle {
    struct Reading: Equatable {
        var sampling: Character?
        /// High and low half of the trace id, and the span's id; or none.
        var ids: [UInt64]
    }

    static func single(_ field: [UInt8]) -> Reading? {
        guard let text = ascii(field) else { return nil }
        if ["0", "1", "d"].contains(text) { return Reading(sampling: text.first, ids: []) }
        let words = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard (2...4).contains(words.count), let ids = ids(words[0], words[1]) else { return nil }
        var sampling: Character?
        if words.count > 2 {
            guard ["0", "1", "d"].contains(words[2]) else { return nil }
            sampling = words[2].first
        }
        if words.count == 4, id(words[3], digits: 16) ?? 0 == 0 { return nil }
        return Reading(sampling: sampling, ids: ids)
    }

    /// Trace id, span id, sampled, flags; nil where there is no such field.
    static func several(_ fields: [[UInt8]?]) -> Reading? {
        var sampling: Character?
        if let sampled = fields[2] {
            switch ascii(sampled) {
            case "1", "true": sampling = "1"
            case "0", "false": sampling = "0"
            default: return nil
            }
        }
        if fields[3].flatMap(ascii) == "1" { sampling = "d" }
        guard fields[0] != nil || fields[1] != nil else {
            return sampling == nil ? nil : Reading(sampling: sampling, ids: [])
        }
        guard let trace = fields[0].flatMap(ascii), let span = fields[1].flatMap(ascii),
            let ids = ids(trace, span)
        else { return nil }
        return Reading(sampling: sampling, ids: ids)
    }

    private static func ascii(_ bytes: [UInt8]) -> String? {
        bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? String(decoding: bytes, as: UTF8.self) : nil
    }

    private static func ids(_ trace: String, _ span: String) -> [UInt64]? {
        let whole = trace.count == 16 ? String(repeating: "0", count: 16) + trace : trace
        guard whole.count == 32, let high = id(String(whole.prefix(16)), digits: 16),
            let low = id(String(whole.suffix(16)), digits: 16), high != 0 || low != 0,
            let span = id(span, digits: 16), span != 0
        else { return nil }
        return [high, low, span]
    }

    private static func id(_ text: String, digits: Int) -> UInt64? {
        let isHex = text.allSatisfy { "0123456789abcdef".contains($0) }
        return isHex && text.count == digits ? UInt64(text, radix: 16) : nil
    }
}
