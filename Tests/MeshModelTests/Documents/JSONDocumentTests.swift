import MeshModel
import Testing

@Suite struct JSONDocumentTests {
    static func problems(_ text: String) -> [Problem] { Reading.problems(text, path: "mesh.json") }

    @Test func `a file is one document or an array of them`() throws {
        let one = #"{"kind":"Tenant","name":"a","spec":{"hosts":["a.test"]}}"#
        let two = #"{"kind":"Tenant","name":"b","spec":{"enabled":false}}"#
        #expect(try Reading.accepted(one, path: "a.json").tenants.map(\.name) == ["a"])
        let mesh = try Reading.accepted("[\(one),\n\(two)]\n", path: "a.json")
        #expect(mesh.tenants.map(\.spec.enabled) == [true, false])
    }

    @Test func `problems have document, line, column and pointer`() {
        let problem = Self.problems(
            "[{\"kind\":\"Tenant\",\"name\":\"a\",\"spec\":{}},\n {\"kind\":\"Tenant\",\"name\":\"ü\",\n  \"spec\":{\"ü\":1}}]"
        ).last
        #expect(problem?.document == 1)
        #expect(problem?.line == 3)
        #expect(problem?.column == 11)
        #expect(problem?.pointer == "/spec/ü")
    }

    @Test func `pointers escape tilde and slash`() {
        #expect(
            Self.problems(#"{"kind":"Tenant","name":"a","spec":{"a/b~c":1}}"#).map(\.pointer) == [
                "/spec/a~1b~0c"
            ])
    }

    @Test func `every duplicate key is reported`() {
        let problems = Self.problems(
            "{\"kind\":\"Tenant\",\"name\":\"a\",\"name\":\"b\",\"spec\":{\"hosts\":[],\n\"h\\u006fsts\":[]}}"
        )
        #expect(problems.map(\.pointer) == ["/name", "/spec/hosts"])
        #expect(problems.map(\.line) == [1, 2])
        #expect(problems[1].resource == ResourceName(kind: .tenant, tenant: nil, name: "a"))
    }

    @Test(arguments: [
        "kind: Tenant", "{\"kind\":'a'}", "{} {}", "{", "", "// hi\n{}", "{\"a\":1,}", "{\"a\":NaN}",
    ])
    func `what is not strict JSON is refused`(text: String) {
        #expect(Self.problems(text).count == 1)
        #expect(Self.problems(text).first?.message.contains("not JSON") == true)
    }

    @Test func `64 levels are read, the 65th is refused, also inside an array of documents`() {
        func text(_ depth: Int) -> String {
            let inside = String(repeating: "[", count: depth - 2) + String(repeating: "]", count: depth - 2)
            return #"{"kind":"Tenant","name":"a","spec":{"displayName":"# + inside + "}}"
        }
        #expect(Self.problems(text(64)).map(\.pointer) == ["/spec/displayName"])
        #expect(Self.problems("[" + text(64) + "]").map(\.pointer) == ["/spec/displayName"])
        #expect(Self.problems(text(65)).map(\.message) == ["is nested deeper than 64 levels"])
        #expect(Self.problems("[" + text(65) + "]").count == 1)
        #expect(Self.problems(String(repeating: "[", count: 1_000_000)).count == 1)
    }

    @Test func `a value has 64 KiB, not a byte more`() {
        func text(_ count: Int) -> String {
            #"{"kind":"Tenant","name":"a","spec":{"displayName":""# + String(repeating: "x", count: count)
                + "\"}}"
        }
        #expect(Self.problems(text(DocumentLimits.maxScalarBytes)).isEmpty)
        #expect(Self.problems(text(DocumentLimits.maxScalarBytes + 1)).count == 1)
    }
}
