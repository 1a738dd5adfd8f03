internal import Substrate

/// The place of a value in a document (RFC 6901): `/spec/matches/0/path`. For configuration and for problem reports.
///
/// Two pointers are equal when their bytes are: member names are compared without Unicode normalisation.
public struct JSONPointer: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// The pointer's text as UTF-8, `~` and `/` in tokens written as `~0` and `~1`.
    private var bytes: [UInt8]

    /// The whole document.
    public init() { bytes = [] }

    /// Reads a pointer's text.
    public init(parsing text: String) throws(JSONPointerError) {
        bytes = Array(text.utf8)
        if let first = bytes.first, first != ASCII.slash { throw JSONPointerError.missingSlash }
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "~") {
            let next = offset + 1 < bytes.count ? bytes[offset + 1] : 0
            guard next == ASCII.zero || next == UInt8(ascii: "1") else {
                throw JSONPointerError.invalidEscape(offset: offset)
            }
        }
    }

    /// The pointer's text; empty for the whole document.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Goes on to the member named `token`.
    public mutating func append(_ token: String) {
        bytes.append(ASCII.slash)
        for byte in token.utf8 {
            switch byte {
            case UInt8(ascii: "~"): bytes.append(contentsOf: "~0".utf8)
            case ASCII.slash: bytes.append(contentsOf: "~1".utf8)
            default: bytes.append(byte)
            }
        }
    }

    /// Goes on to the element at `index`.
    public mutating func append(_ index: Int) { bytes.append(contentsOf: "/\(index)".utf8) }

    public func appending(_ token: String) -> JSONPointer {
        var longer = self
        longer.append(token)
        return longer
    }

    public func appending(_ index: Int) -> JSONPointer {
        var longer = self
        longer.append(index)
        return longer
    }

    /// The tokens, unescaped.
    public var tokens: [String] { unescapedTokens.map { String(decoding: $0, as: UTF8.self) } }

    private var unescapedTokens: [[UInt8]] {
        bytes.split(separator: ASCII.slash, omittingEmptySubsequences: false).dropFirst().map { token in
            var plain: [UInt8] = []
            var isEscape = false
            for byte in token {
                if isEscape { plain.append(byte == ASCII.zero ? UInt8(ascii: "~") : ASCII.slash) }
                if !isEscape, byte != UInt8(ascii: "~") { plain.append(byte) }
                isEscape = byte == UInt8(ascii: "~")
            }
            return plain
        }
    }

    /// The value at this place of `document`, or nil. `-`, the place behind an array's last element, has none.
    public func evaluate(_ document: JSONValue) -> JSONValue? {
        var value = document
        for token in unescapedTokens {
            let next: JSONValue? = token.withBytes { token in
                switch value.kind {
                case .object: value[token]
                case .array: Self.index(token).flatMap { value[$0] }
                case .null, .bool, .number, .string: nil
                }
            }
            guard let next else { return nil }
            value = next
        }
        return value
    }

    /// An array index: digits without a leading zero (RFC 6901 §4).
    private static func index(_ token: Bytes) -> Int? {
        guard let value = token.decimalValue, token.count == 1 || token[0] != ASCII.zero else { return nil }
        return Int(exactly: value)
    }
}
