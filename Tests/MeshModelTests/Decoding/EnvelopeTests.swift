import MeshModel
import Testing

@Suite struct EnvelopeTests {
    static let refusals: [Refusal] = [
        Refusal(
            "unknown kind", "kind: Tennant\nname: a\nspec: {}", at: "/kind", line: 1, "did you mean 'Tenant'?"
        ),
        Refusal("later kind", "kind: Queue\nname: a\nspec: {}", at: "/kind", line: 1, "not in this version"),
        Refusal(
            "unknown field", "kind: Tenant\nname: a\nspec: {}\nlabel: {}", at: "/label", line: 4, "'labels'"),
        Refusal("no kind", "name: a\nspec: {}", at: "/kind", line: 1, "is missing"),
        Refusal("no name", "kind: Tenant\nspec: {}", at: "/name", line: 1, "is missing"),
        Refusal("no spec", "kind: Tenant\nname: a", at: "/spec", line: 1, "is missing"),
        Refusal("null spec", "kind: Tenant\nname: a\nspec:", at: "/spec", line: 3, "is null"),
        Refusal(
            "other version", "apiVersion: v2\nkind: Tenant\nname: a\nspec: {}", at: "/apiVersion", line: 1,
            "outrigger/v1"),
        Refusal("status", "kind: Tenant\nname: a\nspec: {}\nstatus: {}", at: "/status", line: 4, "read only"),
        Refusal(
            "upper-case name", "kind: Tenant\nname: Acme\nspec: {}", at: "/name", line: 2, "is not a name"),
        Refusal("number as name", "kind: Tenant\nname: 7\nspec: {}", at: "/name", line: 2, "quote it"),
        Refusal(
            "listener of a tenant",
            "kind: Listener\ntenant: a\nname: l\nspec: { role: edge, address: 127.0.0.1:80 }", at: "/tenant",
            line: 2, "process's own"),
        Refusal(
            "tenant of a tenant", "kind: Tenant\ntenant: b\nname: a\nspec: {}", at: "/tenant", line: 2,
            "belongs to the mesh"),
        Refusal("document that is a list", "- a", at: "", line: 1, "must be an object"),
        Refusal(
            "number as label", "kind: Tenant\nname: a\nlabels: { x: 1 }\nspec: {}", at: "/labels/x", line: 3,
            "quote it"),
    ]

    @Test(arguments: refusals)
    func `what breaks the envelope is refused at its place`(refusal: Refusal) { refusal.check() }

    @Test func `a channel without tenant is refused`() {
        Refusal(
            "", Example.mesh.replacingFirst("tenant: acme\n", with: ""), at: "/tenant", line: 17,
            "one tenant's account"
        ).check()
    }

    @Test func `a name has 63 characters, not 64`() {
        func text(_ count: Int) -> String {
            "kind: Tenant\nname: " + String(repeating: "a", count: count) + "\nspec: {}"
        }
        #expect(Reading.problems(text(63)).isEmpty)
        #expect(Reading.problems(text(64)).map(\.pointer) == ["/name"])
    }

    @Test func `64 labels are accepted, 65 are not`() {
        func text(_ count: Int) -> String {
            let labels = (0..<count).map { "l\($0): x" }.joined(separator: ", ")
            return "kind: Tenant\nname: a\nlabels: { \(labels) }\nspec: {}"
        }
        #expect(Reading.problems(text(64)).isEmpty)
        #expect(Reading.problems(text(65)).map(\.pointer) == ["/labels"])
    }
}

extension String {
    func replacingFirst(_ part: String, with other: String) -> String {
        var text = self
        guard let start = text.ranges(of: part).first else { return text }
        text.replaceSubrange(start, with: other)
        return text
    }
}
