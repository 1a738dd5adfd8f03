/// Why bytes are not one JSON document, and where.
public struct JSONError: Error, Equatable, Sendable {
    /// The rule that was broken.
    public enum Kind: Equatable, Sendable {
        case unexpectedByte
        case unexpectedEnd
        /// Something other than white space stands behind the document.
        case trailingBytes
        /// The document starts with U+FEFF (RFC 8259 §8.1 forbids to send it).
        case byteOrderMark
        case invalidNumber
        case invalidLiteral
        case invalidUTF8
        case invalidEscape
        case loneSurrogate
        case controlCharacter
        case duplicateKey
        case depthExceeded(limit: Int)
        case tooLarge(limit: Int)
        case tooManyValues(limit: Int)
        /// So many member names share a hash that somebody made them so.
        case keyCollisions
    }

    /// What the grammar allows at the place of the error.
    public enum Expected: UInt8, Equatable, Sendable {
        case nothing, value, key, keyOrObjectEnd, colon, commaOrObjectEnd, commaOrArrayEnd, valueOrArrayEnd
    }

    public var kind: Kind
    /// Offset in the document, in bytes.
    public var offset: Int
    /// For `unexpectedByte` and `unexpectedEnd` outside strings: what would be right.
    public var expected: Expected

    public init(kind: Kind, offset: Int, expected: Expected = .nothing) {
        self.kind = kind
        self.offset = offset
        self.expected = expected
    }
}
