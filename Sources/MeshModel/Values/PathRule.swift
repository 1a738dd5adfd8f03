import Substrate

/// Paths of matches. They are compared with normalised paths, so one that normalising would change never matches,
/// and is refused instead.
enum PathRule {
    static func fault(in path: String) -> (message: String, hint: String?)? {
        fault(inBytes: Array(path.utf8), braces: false)
    }

    /// Segments are literal or wholly `{name}`; the last may be `{name**}`, the rest of the path.
    static func fault(inTemplate path: String) -> (message: String, hint: String?)? {
        let bytes = Array(path.utf8)
        if let fault = fault(inBytes: bytes, braces: true) { return fault }
        var names: Set<String> = []
        let segments = bytes.dropFirst().split(separator: ASCII.slash, omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            guard segment.contains(where: isBrace) else { continue }
            guard segment.count > 2, segment.first == openBrace, segment.last == closeBrace else {
                return ("has a parameter that is not a whole segment", "as /users/{id}/files")
            }
            var name = segment.dropFirst().dropLast()
            if name.suffix(2).elementsEqual([ASCII.asterisk, ASCII.asterisk]) {
                guard index == segments.count - 1 else {
                    return (
                        "has '{\(text(name))}' before the end",
                        "'**' takes the rest of the path: only at the end"
                    )
                }
                name = name.dropLast(2)
            }
            let isWord = { (byte: UInt8) in
                ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.underscore
            }
            guard let first = name.first, !ASCII.isDigit(first), name.allSatisfy(isWord) else {
                return ("has a parameter without a good name", "letters, digits and '_', as {userId}")
            }
            guard names.insert(text(name)).inserted else {
                return ("has {\(text(name))} twice", "name each its own")
            }
        }
        return nil
    }

    /// Parameter names of a well-formed template.
    static func parameters(of template: String) -> [String] {
        template.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }.map { segment in
            let name = segment.dropFirst().dropLast()
            return String(name.hasSuffix("**") ? name.dropLast(2) : name)
        }
    }

    private static var openBrace: UInt8 { UInt8(ascii: "{") }
    private static var closeBrace: UInt8 { UInt8(ascii: "}") }
    private static func isBrace(_ byte: UInt8) -> Bool { byte == openBrace || byte == closeBrace }
    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func fault(inBytes bytes: [UInt8], braces: Bool) -> (message: String, hint: String?)? {
        guard bytes.first == ASCII.slash else { return ("does not start with '/'", nil) }
        guard bytes.count <= ConfigurationLimits.maxPathBytes else {
            return ("is longer than \(ConfigurationLimits.maxPathBytes) bytes", nil)
        }
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case ASCII.question: return ("has a query", "match it with query: [ { name: … } ]")
            case ASCII.hash: return ("has a fragment, which no request carries", nil)
            case ASCII.backslash: return ("has a backslash, which is refused in requests", nil)
            case ASCII.percent:
                guard index + 2 < bytes.count, let high = ASCII.hexValue(bytes[index + 1]),
                    let low = ASCII.hexValue(bytes[index + 2])
                else { return ("has a '%' without two hexadecimal digits", nil) }
                if [0x00, 0x2E, 0x2F, 0x5C].contains(high << 4 | low) {
                    return ("encodes a NUL, dot, slash or backslash", "requests are matched without them")
                }
                if high << 4 | low == ASCII.percent, index + 4 < bytes.count,
                    ASCII.hexValue(bytes[index + 3]) != nil,
                    ASCII.hexValue(bytes[index + 4]) != nil
                {
                    return ("is encoded twice, which is refused in requests", nil)
                }
            case 0x21..<0x7F:
                if !braces, isBrace(byte) {
                    return ("has a brace", "use path: { template: … } for parameters")
                }
            default: return ("has a character that must be percent-encoded", nil)
            }
        }
        let segments = bytes.dropFirst().split(separator: ASCII.slash, omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            if segment.isEmpty, index < segments.count - 1 {
                return ("has an empty segment", "write one '/'")
            }
            if segment.elementsEqual([ASCII.dot]) || segment.elementsEqual([ASCII.dot, ASCII.dot]) {
                return ("has a '.' or '..' segment", "write the path that it leads to")
            }
        }
        return nil
    }
}
