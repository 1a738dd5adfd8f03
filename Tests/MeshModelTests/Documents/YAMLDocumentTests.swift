import MeshModel
import Testing

@Suite struct YAMLDocumentTests {
    static let tenant = "kind: Tenant\nname: a\n"
    static let refusals: [Refusal] = [
        Refusal(
            "anchor", tenant + "spec: { displayName: &x hi }", at: "/spec/displayName", line: 3,
            "has an anchor"),
        Refusal(
            "anchor on an object", tenant + "spec: &x { displayName: hi }", at: "/spec", line: 3,
            "has an anchor"),
        Refusal(
            "alias", tenant + "spec: { displayName: *x }", at: "/spec/displayName", line: 3, "has an alias"),
        Refusal(
            "tag", tenant + "spec: { displayName: !!str hi }", at: "/spec/displayName", line: 3, "has a tag"),
        Refusal(
            "local tag on a list", tenant + "spec: { hosts: !env [ a.test ] }", at: "/spec/hosts", line: 3,
            "has a tag"),
        Refusal(
            "tag without a name", tenant + "# ü\nspec: { displayName: ! hi }", at: "/spec/displayName",
            line: 4, "has a tag"),
        Refusal(
            "merge key", tenant + "spec: { <<: { enabled: true } }", at: "/spec/<<", line: 3, "merge key"),
        Refusal(
            "duplicate key", tenant + "spec:\n  enabled: true\n  enabled: false", at: "/spec/enabled",
            line: 5, "first on line 4"),
        Refusal("object as key", tenant + "spec: { ? { a: b } : c }", at: "", line: 3, "not plain text"),
        Refusal("list as key", tenant + "spec: { ? [ a ] : c }", at: "", line: 3, "not plain text"),
        Refusal("YAML 1.1", "%YAML 1.1\n---\n" + tenant + "spec: {}", at: "", line: 1, "YAML 1.1"),
        Refusal(
            "tag directive", "%TAG !e! tag:x,2000:\n---\n" + tenant + "spec: {}", at: "", line: 1, "%TAG"),
        Refusal("tab", tenant + "spec:\n\tenabled: true", at: "", line: 4, "tabs"),
        Refusal("open bracket", tenant + "spec: { hosts: [ a.test }", at: "", line: 3, "is not YAML"),
        Refusal("NUL", tenant + "spec: { displayName: \"a\u{0}b\" }", at: "", line: 3, "U+0000"),
        Refusal(
            "escaped NUL", tenant + "spec: { displayName: \"a\\0b\" }", at: "/spec/displayName", line: 3,
            "control character"),
        Refusal("bell", tenant + "# \u{7}\nspec: {}", at: "", line: 3, "U+0007"),
        Refusal("line separator in a comment", tenant + "# \u{2028}spec: {}", at: "", line: 3, "U+2028"),
        Refusal("next line in a comment", tenant + "# \u{85}spec: {}", at: "", line: 3, "U+0085"),
        Refusal("null", tenant + "spec: { displayName: ~ }", at: "/spec/displayName", line: 3, "is null"),
        Refusal(
            "number where text is expected", tenant + "spec: { displayName: 12 }", at: "/spec/displayName",
            line: 3, "quote it"),
        Refusal(
            "octal number", tenant + "spec: { displayName: 0o17 }", at: "/spec/displayName", line: 3,
            "quote it"),
        Refusal(
            "hexadecimal number", tenant + "spec: { displayName: 0xFF }", at: "/spec/displayName", line: 3,
            "quote it"),
        Refusal(
            "fraction", tenant + "spec: { displayName: 1.5e3 }", at: "/spec/displayName", line: 3, "quote it"),
        Refusal(
            "infinity", tenant + "spec: { displayName: -.inf }", at: "/spec/displayName", line: 3, "quote it"),
        Refusal(
            "boolean where text is expected", tenant + "spec: { displayName: true }", at: "/spec/displayName",
            line: 3, "quote it"),
        Refusal(
            "no is text", tenant + "spec: { enabled: no }", at: "/spec/enabled", line: 3,
            "is text, must be true or false"),
    ]

    @Test(arguments: refusals)
    func `what is not plain YAML is refused at its place`(refusal: Refusal) { refusal.check() }

    @Test(arguments: [
        "no", "yes", "on", "off", "1:30", "1_000", "0b1", "08x", ".", "12e", "1.2.3", "Null0", "\"7\"",
        "'true'",
    ])
    func `what the core schema does not know is text`(scalar: String) {
        #expect(Reading.problems(Self.tenant + "spec: { displayName: \(scalar) }").isEmpty)
    }

    @Test func `a billion laughs are refused at the first alias, cheaply`() {
        var text = "a: &a [ lol, lol ]\n"
        var last = "a"
        for name in "bcdefghij" {
            text +=
                "\(name): &\(name) [ *\(last), *\(last), *\(last), *\(last), *\(last), *\(last), *\(last) ]\n"
            last = String(name)
        }
        let problems = Reading.problems(text)
        #expect(problems.contains { $0.message == "has an alias" && $0.line == 2 && $0.pointer == "/b/0" })
        #expect(problems.count <= InvalidConfiguration.maxProblems)
    }

    @Test func `64 levels are read, the 65th is refused, a million are no harm`() {
        func nested(_ depth: Int) -> [Problem] {
            // The document and its spec are two levels.
            let inside = String(repeating: "[", count: depth - 2) + String(repeating: "]", count: depth - 2)
            return Reading.problems(Self.tenant + "spec: { displayName: " + inside + " }")
        }
        #expect(nested(64).map(\.pointer) == ["/spec/displayName"])
        #expect(nested(65).map(\.message) == ["is nested deeper than 64 levels"])
        #expect(
            Reading.problems(Self.tenant + "spec: " + String(repeating: "[", count: 1_000_000)).map(\.message)
                == ["is nested deeper than 64 levels"])
    }

    @Test func `a value has 64 KiB, not a byte more`() {
        func text(_ count: Int) -> String {
            Self.tenant + "spec: { displayName: \"" + String(repeating: "x", count: count) + "\" }"
        }
        #expect(Reading.problems(text(DocumentLimits.maxScalarBytes)).isEmpty)
        #expect(Reading.problems(text(DocumentLimits.maxScalarBytes + 1)).map(\.line) == [3])
        #expect(Reading.problems(text(8 << 20)).map(\.pointer) == [""])
    }

    @Test func `a file has 16 MiB, not a byte more`() {
        func problems(_ count: Int) -> [Problem] {
            let head = Array((Self.tenant + "spec: {}\n#").utf8)
            return Reading.problems(bytes: head + [UInt8](repeating: 0x78, count: count - head.count))
        }
        #expect(problems(DocumentLimits.maxFileBytes).isEmpty)
        #expect(problems(DocumentLimits.maxFileBytes + 1).map(\.message) == ["is larger than 16777216 bytes"])
    }

    @Test func `100,000 documents are read, one more is refused`() {
        func files(_ counts: [Int]) -> [SourceFile] {
            counts.enumerated().map { file, count in
                let text = (0..<count).map { "kind: Tenant\nname: t\(file)-\($0)\nspec: {}\n" }
                return SourceFile(path: "\(file).yaml", bytes: Array(text.joined(separator: "---\n").utf8))
            }
        }
        #expect(Reading.failure(files([50_000, 50_000])) == nil)
        #expect(Reading.failure(files([50_000, 50_001]))?.problems.count == 1)
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xE2, 0x82], [0xC3, 0x28],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused where they stand`(bytes: [UInt8]) {
        let problem = Reading.problems(bytes: Array((Self.tenant + "# ü ").utf8) + bytes + [0x0A]).first
        #expect(problem?.line == 3)
        #expect(problem?.column == 5)
        #expect(problem?.message == "is not valid UTF-8 here")
    }

    @Test func `empty documents, comments and a byte order mark are no documents`() throws {
        let text = "\u{FEFF}---\n---\n# nothing\n---\n" + Self.tenant + "spec: {}\n...\n---\n\n"
        #expect(try Reading.accepted(text).tenants.map(\.name) == ["a"])
        #expect(try Reading.accepted("").tenants.isEmpty)
        #expect(try Reading.accepted("# only a comment\n").tenants.isEmpty)
    }

    @Test func `documents before broken syntax are still checked`() {
        let problems = Reading.problems(Self.tenant + "spec: { colour: 1 }\n---\nkind: ]\n")
        #expect(problems.map(\.pointer) == ["/spec/colour", ""])
        #expect(problems.map(\.line) == [3, 5])
    }

    @Test func `every prefix of the examples is read without harm`() {
        let bytes = Array(Example.mesh.utf8)
        for count in stride(from: 0, through: bytes.count, by: 3) {
            _ = Reading.problems(bytes: Array(bytes[..<count]))
        }
    }

    @Test func `any byte in any place is read without harm`() {
        let bytes = Array(
            "kind: Tenant\nname: a\nspec: { hosts: [ a.test, \"b.test\" ], enabled: true }\n".utf8)
        for place in bytes.indices {
            for byte in [0x00, 0x09, 0x0A, 0x21, 0x22, 0x25, 0x26, 0x2A, 0x3A, 0x5B, 0x7B, 0x7C, 0x80, 0xFF]
                as [UInt8]
            {
                var changed = bytes
                changed[place] = byte
                _ = Reading.problems(bytes: changed)
            }
        }
    }

    @Test func `messages carry no control character of the document`() {
        let problem = Reading.problems(Self.tenant + "spec: { \"a\\nb\\e[31m\": 1 }").first
        #expect(problem?.description.utf8.contains { $0 < 0x20 } == false)
    }
}
