extension JSONError: CustomStringConvertible {
    /// What is wrong, where, and what would be right. Not on the request path.
    public var description: String { "\(problem) at byte \(offset): \(remedy)" }

    private var problem: String {
        switch kind {
        case .unexpectedByte: "unexpected byte"
        case .unexpectedEnd: "the document ends early"
        case .trailingBytes: "something stands behind the document"
        case .byteOrderMark: "byte order mark"
        case .invalidNumber: "malformed number"
        case .invalidLiteral: "unknown word"
        case .invalidUTF8: "invalid UTF-8"
        case .invalidEscape: "unknown escape"
        case .loneSurrogate: "half of a surrogate pair"
        case .controlCharacter: "unescaped control character"
        case .duplicateKey: "second member of the same name"
        case .depthExceeded(let limit): "more than \(limit) arrays and objects inside each other"
        case .tooLarge(let limit): "more than \(limit) bytes"
        case .tooManyValues(let limit): "more than \(limit) values and names"
        case .keyCollisions: "member names made to collide"
        }
    }

    private var remedy: String {
        switch kind {
        case .unexpectedByte, .unexpectedEnd: "expected \(expected.text)"
        case .trailingBytes: "send one document only"
        case .byteOrderMark: "start with the document's first character"
        case .invalidNumber:
            "write digits without a leading zero or plus, with digits behind a point and an exponent"
        case .invalidLiteral: "only true, false and null are words; quote anything else"
        case .invalidUTF8: "encode text as UTF-8 (RFC 3629)"
        case .invalidEscape: "use one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits"
        case .loneSurrogate: "write a character beyond U+FFFF as a high and then a low surrogate"
        case .controlCharacter: "write characters below U+0020 as \\u00XX"
        case .duplicateKey: "give each name once in an object"
        case .depthExceeded: "nest less deeply"
        case .tooLarge, .tooManyValues: "send a smaller document"
        case .keyCollisions: "use ordinary names"
        }
    }
}

extension JSONError.Expected {
    fileprivate var text: StaticString {
        switch self {
        case .nothing: "the rest of the string"
        case .value: "a value"
        case .key: "a quoted member name"
        case .keyOrObjectEnd: "a quoted member name or }"
        case .colon: "a colon behind the member name"
        case .commaOrObjectEnd: "a comma or }"
        case .commaOrArrayEnd: "a comma or ]"
        case .valueOrArrayEnd: "a value or ]"
        }
    }
}
