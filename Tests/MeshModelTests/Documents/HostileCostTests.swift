import MeshModel
import Testing

/// Files made to be slow, a mebibyte each. A cost that grew with the square of the size would take hours.
@Suite struct HostileCostTests {
    static let size = 1 << 20
    static let repeated: [(String, String)] = [
        ("kind: Tenant\n", "[ ] "), ("", "- "), ("", "? "), ("", "a: "), ("", "{a: "), ("a: [", "1,"),
        ("a: [", "x y ,"),
        ("a: \"", "\\n"), ("a: |\n", " x\n"), ("", "---\n"), ("", "%YAML 1.2\n"), ("a: ", "&a "),
        ("a: ", "!!a "),
        ("a: [", "*a,"), ("a: ", "x\n "), ("", "a: 1\n"), ("a: {", "b: !c 1, "), ("a: [", "! x,"), ("#", "#"),
        ("", "'"),
        ("", "\r"), ("", "x"), ("", " "), ("", "k: &a *a\n"),
    ]

    @Test(arguments: repeated)
    func `a file of one thing repeated is read to its end or refused`(start: String, part: String) {
        let text = start + String(repeating: part, count: Self.size / part.utf8.count)
        #expect(Reading.problems(text).count <= InvalidConfiguration.maxProblems)
    }

    @Test(arguments: [
        ("[", "1,"), ("[", "[],"), ("[", "{},"), ("{", "\"a\":1,"), ("", "{\"a\":"), ("", "\""),
        ("[", "\"\\u0000\","),
    ])
    func `a JSON file of one thing repeated is read to its end or refused`(start: String, part: String) {
        let text = start + String(repeating: part, count: Self.size / part.utf8.count)
        #expect(Reading.problems(text, path: "a.json").count <= InvalidConfiguration.maxProblems)
    }

    @Test func `40,000 fields, half of them duplicates, are told without being searched for each`() {
        let fields = (0..<20_000).map { "f\($0): 1\n" }.joined()
        #expect(
            Reading.failure([SourceFile(path: "a.yaml", bytes: Array((fields + fields).utf8))])?.omitted ?? 0
                > 39_000)
    }
}
