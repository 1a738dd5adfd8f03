import JSON
import Substrate
import Testing

@Suite struct ValueTests {
    private func number<Result>(_ text: String, _ body: (JSONValue) -> Result) throws -> Result {
        try withValue("[\(text)]") { body($0[0] ?? $0) }
    }

    @Test func `values tell their kind, their bytes and their place`() throws {
        let text = #" {"n":null,"t":true,"f":false,"i":-12,"s":"a\tb","l":[1,[2]],"o":{"x":{}}} "#
        let seen = try withValue(text) { root in
            root.members.map {
                "\($0.key.text ?? "?") \($0.value.kind) \($0.value.rawBytes.text) \($0.value.offset)"
            }
        }
        #expect(
            seen == [
                "n null null 6", "t bool true 15", "f bool false 24", "i number -12 34",
                #"s string "a\tb" 42"#,
                "l array [1,[2]] 53", #"o object {"x":{}} 65"#,
            ])
        #expect(try withValue(text) { $0.rawBytes.count } == text.utf8.count - 2)
        #expect(try withValue(text) { $0.offset } == 1)
    }

    @Test func `booleans and null`() throws {
        #expect(try withValue("true") { $0.boolean } == true)
        #expect(try withValue("false") { $0.boolean } == false)
        #expect(try withValue("null") { $0.boolean } == nil)
        #expect(try withValue("null") { $0.isNull })
        #expect(try withValue("0") { $0.boolean } == nil)
    }

    @Test func `accessors of another kind answer nil or nothing`() throws {
        for text in ["null", "true", "1", "\"a\"", "[1]", "{\"a\":1}"] {
            try withValue(text) { value in
                let kind = value.kind
                #expect((value.numberLexeme != nil) == (kind == .number))
                #expect((value.unsignedInteger != nil) == (kind == .number))
                #expect((value.integer != nil) == (kind == .number))
                #expect((value.double != nil) == (kind == .number))
                #expect((value.rawString != nil) == (kind == .string))
                #expect((value.text != nil) == (kind == .string))
                #expect((value["a"] != nil) == (kind == .object))
                #expect((value[0] != nil) == (kind == .array))
                #expect(value.members.map { $0.value.offset }.count == (kind == .object ? 1 : 0))
                #expect(value.elements.map { $0.offset }.count == (kind == .array ? 1 : 0))
                #expect(value.count == (kind == .object || kind == .array ? 1 : 0))
            }
        }
    }

    @Test func `integers are exact to the last bit and nil beyond`() throws {
        #expect(try number("18446744073709551615") { $0.unsignedInteger } == .max)
        #expect(try number("18446744073709551616") { $0.unsignedInteger } == nil)
        #expect(try number("9223372036854775807") { $0.integer } == .max)
        #expect(try number("9223372036854775808") { $0.integer } == nil)
        #expect(try number("-9223372036854775808") { $0.integer } == .min)
        #expect(try number("-9223372036854775809") { $0.integer } == nil)
        #expect(try number("-0") { $0.integer } == 0)
        #expect(try number("-1") { $0.unsignedInteger } == nil)
        #expect(try number("1.0") { $0.integer } == nil)
        #expect(try number("1e2") { $0.unsignedInteger } == nil)
    }

    @Test func `lexemes are kept as written`() throws {
        for lexeme in ["0", "-0", "1.10", "1E+05", "123456789012345678901234567890", "-0.000e-0"] {
            #expect(try number(lexeme) { $0.numberLexeme?.text } == lexeme)
        }
    }

    @Test func `doubles are the nearest ones`() throws {
        for text in [
            "0", "1", "-1", "0.1", "1e22", "1e23", "123456789012345", "1234567890123456", "9007199254740993",
            "2.2250738585072011e-308", "1.7976931348623157e308", "4.9e-324", "1e-400", "-12.5e3",
            "0.30000000000000004", "3.14159265358979323846264338327950288419716939937510582097494459",
        ] {
            #expect(try number(text) { $0.double } == Double(text))
        }
        #expect(try number("-0") { $0.double?.sign } == .minus)
        #expect(try number("-0.0") { $0.double?.sign } == .minus)
        #expect(try number("1e309") { $0.double } == nil)
        #expect(try number("-1e400000") { $0.double } == nil)
        let long = "0." + String(repeating: "3", count: 100_000)
        #expect(try number(long) { $0.double } == 1.0 / 3)
    }

    @Test func `strings are decoded, compared and found through their escapes`() throws {
        let text = #"["\u0041\n\u00e9\u20AC\uD83D\uDE00\/\"\\\b\f\r\t\u0000end"]"#
        let expected = "A\né€😀/\"\\\u{8}\u{C}\r\t\u{0}end"
        #expect(try withValue(text) { $0[0]?.text } == expected)
        #expect(try withValue(text) { $0[0]?.hasEscapes } == true)
        #expect(
            try withValue(text) { value in Array(expected.utf8).withBytes { value[0]?.stringEquals($0) } }
                == true)
        for wrong in ["", "A", "A\né€😀/\"\\\u{8}\u{C}\r\t\u{0}en", "A\né€😀/\"\\\u{8}\u{C}\r\t\u{0}endx", "B"]
        {
            #expect(
                try withValue(text) { value in Array(wrong.utf8).withBytes { value[0]?.stringEquals($0) } }
                    == false)
        }
        #expect(try withValue(#"{"\u0061":1,"b":2}"#) { $0["a"]?.integer } == 1)
        #expect(try withValue(#"{"\u0061":1,"b":2}"#) { $0["b"]?.integer } == 2)
        #expect(try withValue(#"{"\u0061":1,"b":2}"#) { $0["\\u0061"] == nil })
        #expect(try withValue(#"["plain"]"#) { $0[0]?.hasEscapes } == false)
        #expect(try withValue(#"["plain"]"#) { $0[0]?.stringEquals("plain") } == true)
        #expect(try withValue(#"["plain"]"#) { $0[0]?.rawString?.text } == "plain")
    }

    @Test func `every code unit escaped reads as the character itself`() throws {
        for scalar in (0..<0x11_0000).lazy.compactMap({ Unicode.Scalar($0) })
        where scalar.value < 0x900 || scalar.value % 251 == 0 {
            let units = Array(String(Character(scalar)).utf16)
            let escaped = units.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
            let decoded = try withValue("\"\(escaped)\"") { value -> [UInt8] in
                var buffer = ByteBuffer()
                value.decodedString(into: &buffer)
                return buffer.bytes.array
            }
            guard decoded == Array(String(Character(scalar)).utf8) else {
                Issue.record("U+\(String(scalar.value, radix: 16)) decoded as \(decoded)")
                return
            }
        }
    }

    @Test func `elements and members are walked in order over nested ones`() throws {
        let text = #"[[1,[2,3]],{"a":[4]},5]"#
        #expect(
            try withValue(text) { $0.elements.map { $0.rawBytes.text } } == ["[1,[2,3]]", #"{"a":[4]}"#, "5"])
        #expect(try withValue(text) { $0[2]?.integer } == 5)
        #expect(try withValue(text) { $0[0]?[1]?[1]?.integer } == 3)
        #expect(try withValue(text) { $0[1]?["a"]?[0]?.integer } == 4)
        #expect(try withValue(text) { $0[3] == nil && $0[-1] == nil })
        #expect(try withValue(#"{"a":{"b":1},"c":{}}"#) { $0["b"] == nil })
        #expect(try withValue(#"{"a":"b","b":2}"#) { $0["b"]?.integer } == 2)
        #expect(try withValue("[1,[],{},[[]]]") { $0.count } == 4)
    }

    @Test func `decoding a value that is no string appends nothing`() throws {
        let appended = try withValue("12") { value -> (Bool, Int) in
            var buffer = ByteBuffer()
            return (value.decodedString(into: &buffer), buffer.count)
        }
        #expect(appended == (false, 0))
    }

    @Test func `an offset is shown as line and column`() throws {
        let text = Array("{\n  \"a\": [\n1,,2]}".utf8)
        let error = try #require(refusal(text))
        #expect(text.withBytes { JSONPlace(offset: error.offset, in: $0).description } == "line 3, column 3")
        #expect(text.withBytes { JSONPlace(offset: 0, in: $0) }.description == "line 1, column 1")
        #expect(text.withBytes { JSONPlace(offset: 2, in: $0) }.description == "line 2, column 1")
        #expect(text.withBytes { JSONPlace(offset: -5, in: $0) }.description == "line 1, column 1")
        #expect(text.withBytes { JSONPlace(offset: .max, in: $0) }.description == "line 3, column 7")
        #expect(Bytes().count == 0 && JSONPlace(offset: 3, in: Bytes()).line == 1)
    }
}
