import JSON
import Substrate
import Testing

@Suite struct PointerTests {
    /// The document of RFC 6901 §5.
    private static let document = #"""
        {"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}
        """#

    private func value(_ pointer: String, _ document: String = document) throws -> String? {
        let pointer = try JSONPointer(parsing: pointer)
        return try withValue(document) { pointer.evaluate($0)?.rawBytes.text }
    }

    @Test func `the examples of RFC 6901 section 5 find their values`() throws {
        #expect(try value("") == Self.document)
        #expect(try value("/foo") == #"["bar","baz"]"#)
        #expect(try value("/foo/0") == #""bar""#)
        for (pointer, expected) in [
            ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"), ("/e^f", "3"), ("/g|h", "4"), ("/i\\j", "5"),
            ("/k\"l", "6"),
            ("/ ", "7"), ("/m~0n", "8"),
        ] { #expect(try value(pointer) == expected) }
    }

    @Test func `what is not there is nil`() throws {
        for pointer in [
            "/foo/2", "/foo/-", "/foo/01", "/foo/-1", "/foo/+1", "/foo/1e0", "/foo/", "/bar", "/foo/0/x",
            "/a/b", "/foo/18446744073709551616", "/foo/9223372036854775808", "//",
            "/m~n0".replacing("~n0", with: "~0"),
        ] {
            #expect(try value(pointer) == nil)
        }
    }

    @Test func `a tilde escape is undone once`() throws {
        #expect(try JSONPointer(parsing: "/~01").tokens == ["~1"])
        #expect(try JSONPointer(parsing: "/~10/~0~1~0").tokens == ["/0", "~/~"])
        #expect(try value("/~01", #"{"~1":"right","/":"wrong"}"#) == #""right""#)
    }

    @Test func `malformed pointers are refused with their place`() {
        #expect(throws: JSONPointerError.missingSlash) { try JSONPointer(parsing: "foo") }
        #expect(throws: JSONPointerError.missingSlash) { try JSONPointer(parsing: "#/foo") }
        #expect(throws: JSONPointerError.invalidEscape(offset: 2)) { try JSONPointer(parsing: "/a~") }
        #expect(throws: JSONPointerError.invalidEscape(offset: 1)) { try JSONPointer(parsing: "/~2") }
        #expect(JSONPointerError.invalidEscape(offset: 1).description.contains("~0"))
        #expect(JSONPointerError.missingSlash.description.contains("/"))
    }

    @Test func `appended tokens are escaped and read back`() throws {
        let pointer = JSONPointer().appending("spec").appending(0).appending("a/b~c").appending("")
        #expect(pointer.description == "/spec/0/a~1b~0c/")
        #expect(pointer.tokens == ["spec", "0", "a/b~c", ""])
        #expect(try JSONPointer(parsing: pointer.description) == pointer)
        #expect(JSONPointer().description.isEmpty)
        #expect(JSONPointer().tokens.isEmpty)
    }

    @Test func `a combining mark behind a slash does not hide it`() throws {
        let pointer = try JSONPointer(parsing: "/a/\u{301}b")
        #expect(pointer.tokens == ["a", "\u{301}b"])
        #expect(try value("/a/\u{301}b", "{\"a\":{\"\u{301}b\":1}}") == "1")
        #expect(try JSONPointer(parsing: "/\u{E9}") != JSONPointer(parsing: "/e\u{301}"))
    }
}
