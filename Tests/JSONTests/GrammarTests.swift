import JSON
import Testing

/// What RFC 8259 allows and forbids, by the names under which parsers are known to fail.
@Suite struct GrammarTests {
    static let accepted: [(name: String, text: String)] = [
        ("empty array", "[]"), ("empty object", "{}"), ("lonely null", "null"), ("lonely true", "true"),
        ("lonely false", "false"), ("lonely zero", "0"), ("lonely string", "\"\""),
        ("array with several null", "[1,null,null,null,2]"), ("nested empties", "[[],{},[[]],{\"a\":{}}]"),
        ("space around everything", " \t\r\n{ \"a\" : [ 1 , 2 ] } \n\t\r "),
        ("minus zero", "-0"), ("minus zero with fraction", "-0.0"), ("zero with exponent", "0e1"),
        ("zero with upper-case exponent", "0E+1"), ("exponent with leading zeros", "1e00002"),
        ("fraction and exponent", "123.456e-78"), ("huge exponent", "1e400000"),
        ("number beyond 64 bits", "123456789012345678901234567890"), ("tiny number", "-1e-400"),
        ("one letter of each escape", #""\"\\\/\b\f\n\r\t""#), ("escaped NUL", #""\u0000""#),
        ("hex digits of both cases", #""\uAbCd""#), ("surrogate pair", #""\uD83D\uDE00""#),
        ("escaped noncharacter", #""\uFFFF""#), ("DEL unescaped", "\"\u{7F}\""),
        ("raw noncharacter U+FFFF", "\"\u{FFFF}\""), ("raw U+10FFFF", "\"\u{10FFFF}\""),
        ("raw U+2028", "\"\u{2028}\""), ("BOM inside a string", "\"\u{FEFF}\""),
        ("empty member name", #"{"":0}"#),
        ("same name in different objects", #"{"a":{"a":{"a":1}},"b":{"a":2}}"#),
        ("names that differ by normalisation only", "{\"\u{E9}\":1,\"e\u{301}\":2}"),
        ("escaped NUL in a name", #"{"a\u0000b":1,"a":2}"#),
        ("space inside empty containers", "[ { } , [ ] ]"),
    ]

    @Test(arguments: accepted.map(\.name)) func `what the grammar allows is taken`(name: String) {
        let text = Self.accepted.first { $0.name == name }?.text ?? ""
        #expect(refusal(text) == nil)
        #expect(referenceAccepts(Array(text.utf8)))
    }

    static let refused: [(name: String, text: String, kind: JSONError.Kind, offset: Int)] = [
        ("nothing", "", .unexpectedEnd, 0), ("only space", " \n", .unexpectedEnd, 2),
        ("trailing comma in an array", "[1,]", .unexpectedByte, 3),
        ("trailing comma in an object", #"{"a":1,}"#, .unexpectedByte, 7),
        ("leading comma", "[,1]", .unexpectedByte, 1), ("double comma", "[1,,2]", .unexpectedByte, 3),
        ("only a comma", "[,]", .unexpectedByte, 1), ("missing comma", "[1 2]", .unexpectedByte, 3),
        ("comma after the document", "[],", .trailingBytes, 2), ("two documents", "{}{}", .trailingBytes, 2),
        ("closing bracket too many", "[]]", .trailingBytes, 2), ("NUL behind", "1\u{0}", .trailingBytes, 1),
        ("mismatched brackets", "[1}", .unexpectedByte, 2),
        ("mismatched braces", #"{"a":1]"#, .unexpectedByte, 6),
        ("bracket alone", "]", .unexpectedByte, 0), ("colon in an array", #"["a":1]"#, .unexpectedByte, 4),
        ("comma for a colon", #"{"a",1}"#, .unexpectedByte, 4),
        ("double colon", #"{"a"::1}"#, .unexpectedByte, 5),
        ("member without value", #"{"a":}"#, .unexpectedByte, 5),
        ("member without colon", #"{"a"}"#, .unexpectedByte, 4),
        ("unquoted name", "{a:1}", .unexpectedByte, 1), ("numeric name", "{1:1}", .unexpectedByte, 1),
        ("single quotes", "['a']", .unexpectedByte, 1), ("object without name", "{:1}", .unexpectedByte, 1),
        ("object that starts with a comma", #"{,"a":1}"#, .unexpectedByte, 1),
        ("line comment", "[1]// no", .trailingBytes, 3), ("block comment", "[/* no */1]", .unexpectedByte, 1),
        ("form feed as space", "[\u{C}1]", .unexpectedByte, 1),
        ("no-break space", "[\u{A0}]", .unexpectedByte, 1),
        ("vertical tab", "\u{B}1", .unexpectedByte, 0),
        ("leading zero", "01", .invalidNumber, 0), ("leading zeros, negative", "-012", .invalidNumber, 0),
        ("two zeros", "[00]", .invalidNumber, 1), ("plus sign", "+1", .unexpectedByte, 0),
        ("no digit before the point", ".5", .unexpectedByte, 0),
        ("no digit behind the point", "[1.]", .invalidNumber, 1),
        ("minus alone", "[-]", .invalidNumber, 1), ("minus and point", "[-.5]", .invalidNumber, 1),
        ("point and exponent", "[1.e5]", .invalidNumber, 1),
        ("exponent without digits", "[1e]", .invalidNumber, 1),
        ("signed exponent without digits", "[1e+]", .invalidNumber, 1),
        ("double minus", "[--1]", .invalidNumber, 1),
        ("double exponent", "[1e2e3]", .unexpectedByte, 4), ("two points", "[1.2.3]", .unexpectedByte, 4),
        ("hexadecimal", "[0x1]", .unexpectedByte, 2), ("full-width digit", "[１]", .unexpectedByte, 1),
        ("underscore in a number", "[1_0]", .unexpectedByte, 2),
        ("letter behind a number", "[1a]", .unexpectedByte, 2),
        ("NaN", "NaN", .unexpectedByte, 0), ("nan", "nan", .invalidLiteral, 0),
        ("Infinity", "[Infinity]", .unexpectedByte, 1), ("minus Infinity", "[-Infinity]", .invalidNumber, 1),
        ("upper-case literal", "[True]", .unexpectedByte, 1), ("wrong literal", "[trUe]", .invalidLiteral, 1),
        ("literal run on", "[nulll]", .unexpectedByte, 5), ("undefined", "undefined", .unexpectedByte, 0),
        ("unknown escape x", #""\x41""#, .invalidEscape, 1),
        ("escaped single quote", #""\'""#, .invalidEscape, 1),
        ("escape in upper case", #""\N""#, .invalidEscape, 1), ("escaped U", #""\U0041""#, .invalidEscape, 1),
        ("escaped emoji", "\"\\😀\"", .invalidEscape, 1), ("three hex digits", #""\u004""#, .invalidEscape, 1),
        ("hex digit g", #""\u00g1""#, .invalidEscape, 1),
        ("escape outside a string", #"[\n]"#, .unexpectedByte, 1),
        ("unescaped newline", "\"a\nb\"", .controlCharacter, 2),
        ("unescaped tab", "[\"\t\"]", .controlCharacter, 2),
        ("unescaped NUL", "\"abcdefghij\u{0}\"", .controlCharacter, 11),
        ("unescaped U+001F", "\"\u{1F}\"", .controlCharacter, 1),
        ("lone high surrogate", #""\uD800""#, .loneSurrogate, 1),
        ("lone low surrogate", #""\uDC00""#, .loneSurrogate, 1),
        ("high surrogate before text", #""\uD800abcdef""#, .loneSurrogate, 1),
        ("high surrogate before another escape", #""\uD800\n""#, .loneSurrogate, 1),
        ("two high surrogates", #""\uD800\uD800""#, .loneSurrogate, 1),
        ("pair the wrong way round", #""\uDE00\uD83D""#, .loneSurrogate, 1),
        ("lone surrogate behind a pair", #""\uD83D\uDE00\uDE00""#, .loneSurrogate, 13),
        ("surrogate with bad low digits", #""\uD800\uZZZZ""#, .invalidEscape, 7),
        ("byte order mark", "\u{FEFF}{}", .byteOrderMark, 0),
        ("only a byte order mark", "\u{FEFF}", .byteOrderMark, 0),
        ("duplicate name", #"{"a":1,"b":2,"a":3}"#, .duplicateKey, 13),
        ("duplicate name, escaped differently", #"{"ab":1,"\u0061b":2}"#, .duplicateKey, 8),
        ("duplicate name, both escaped", #"{"\u0061\/":1,"a\u002F":2}"#, .duplicateKey, 14),
        ("duplicate empty name", #"{"":1,"":2}"#, .duplicateKey, 6),
        ("duplicate name in an inner object", #"[{"x":{"k":1,"k":1}}]"#, .duplicateKey, 13),
        ("duplicate name around an inner object", #"{"k":{"k":1},"k":1}"#, .duplicateKey, 13),
    ]

    @Test(arguments: refused.map(\.name)) func `what the grammar forbids is refused at its place`(
        name: String
    ) {
        guard let entry = Self.refused.first(where: { $0.name == name }) else { return }
        let error = refusal(entry.text)
        #expect(error?.kind == entry.kind)
        #expect(error?.offset == entry.offset)
        #expect(error?.description.contains("at byte \(entry.offset): ") == true)
        if entry.kind != .duplicateKey { #expect(!referenceAccepts(Array(entry.text.utf8))) }
    }

    static let broken: [(name: String, bytes: [UInt8])] = [
        ("stray continuation", [0x80]), ("overlong slash in two bytes", [0xC0, 0xAF]),
        ("overlong NUL, Java style", [0xC0, 0x80]), ("overlong in two bytes, last", [0xC1, 0xBF]),
        ("overlong in three bytes", [0xE0, 0x80, 0xAF]),
        ("overlong in three bytes, last", [0xE0, 0x9F, 0xBF]),
        ("overlong in four bytes", [0xF0, 0x80, 0x80, 0xAF]),
        ("overlong in four bytes, last", [0xF0, 0x8F, 0xBF, 0xBF]),
        ("first surrogate", [0xED, 0xA0, 0x80]), ("last surrogate", [0xED, 0xBF, 0xBF]),
        ("CESU-8 pair", [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]), ("beyond U+10FFFF", [0xF4, 0x90, 0x80, 0x80]),
        ("lead F5", [0xF5, 0x80, 0x80, 0x80]), ("five bytes", [0xF8, 0x88, 0x80, 0x80, 0x80]), ("FE", [0xFE]),
        ("FF", [0xFF]), ("two bytes cut", [0xC3]), ("three bytes cut", [0xE2, 0x82]),
        ("four bytes cut", [0xF0, 0x9F, 0x98]), ("Latin-1", [0xE9, 0x74]),
        ("third byte wrong", [0xE2, 0x82, 0x41]),
        ("fourth byte wrong", [0xF0, 0x9F, 0x98, 0xC0]),
        ("continuation behind a whole character", [0xC3, 0xA9, 0xA9]),
    ]

    @Test(arguments: broken.map(\.name)) func `text that is not UTF-8 is refused wherever it stands`(
        name: String
    ) {
        let bytes = Self.broken.first { $0.name == name }?.bytes ?? []
        for padding in 0..<18 {
            let before = [UInt8](repeating: 0x61, count: padding)
            let text = [0x22] + before + bytes + [UInt8](repeating: 0x62, count: 9) + [0x22]
            #expect(refusal(text)?.kind == .invalidUTF8)
            #expect(!referenceAccepts(text))
        }
        #expect(refusal(bytes)?.kind == .unexpectedByte)
    }

    @Test func `the first and last character of every length of UTF-8 is taken`() {
        for scalar in [0x20, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF] as [UInt32]
        {
            let character = Unicode.Scalar(scalar).map { String(Character($0)) } ?? ""
            for padding in 0..<10 {
                let padded = String(repeating: "a", count: padding)
                #expect(refusal("\"\(padded)\(character)\(character)\"") == nil)
            }
        }
    }

    @Test func `a byte that ends a plain run is found at every place of a word`() {
        for padding in 0..<20 {
            let before = String(repeating: "a", count: padding)
            let behind = String(repeating: "b", count: 20 - padding)
            #expect(
                refusal("\"\(before)\u{1}\(behind)\"")
                    == JSONError(kind: .controlCharacter, offset: 1 + padding))
            #expect(
                refusal("\"\(before)\\q\(behind)\"") == JSONError(kind: .invalidEscape, offset: 1 + padding))
            #expect(
                refusal("\"\(before)\"\(behind)\"") == JSONError(kind: .trailingBytes, offset: 2 + padding))
            #expect(refusal("\"\(before)é\(behind)\"") == nil)
        }
    }

    @Test func `every single byte in every role is judged as the reference judges it`() {
        for byte in UInt8.min...UInt8.max {
            for frame in ["@", "[@]", "[1@]", "[1@2]", "{\"a\"@1}", "\"@\"", "\"\\@\"", "{@}", "{\"a\":1@}"] {
                let text = frame.utf8.flatMap { $0 == UInt8(ascii: "@") ? [byte] : [$0] }
                #expect((refusal(text) == nil) == referenceAccepts(text))
            }
        }
    }

    @Test func `errors say what would be right`() {
        #expect(refusal("[1")?.description == "the document ends early at byte 2: expected a comma or ]")
        #expect(
            refusal("{\"a\" 1}")?.description
                == "unexpected byte at byte 5: expected a colon behind the member name")
        #expect(refusal("[1,]")?.expected == .value)
        #expect(refusal("[}")?.expected == .valueOrArrayEnd)
        #expect(refusal("{]")?.expected == .keyOrObjectEnd)
        #expect(refusal("{\"a\":1,}")?.expected == .key)
    }
}
