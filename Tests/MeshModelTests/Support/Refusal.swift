import MeshModel
import Testing

/// A text that must be refused, and what must be said about it.
struct Refusal: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var pointer: String
    var line: Int
    /// Parts of message and hint.
    var says: [String]

    init(_ name: String, _ text: String, at pointer: String, line: Int, _ says: String...) {
        self.name = name
        self.text = text
        self.pointer = pointer
        self.line = line
        self.says = says
    }

    var testDescription: String { name }

    /// Exactly this problem and no other.
    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        let problems = Reading.problems(text)
        let told = problems.map(\.description).joined(separator: "\n")
        #expect(problems.count == 1, "\(told)", sourceLocation: sourceLocation)
        guard let problem = problems.first else { return }
        #expect(problem.pointer == pointer, "\(told)", sourceLocation: sourceLocation)
        #expect(problem.line == line, "\(told)", sourceLocation: sourceLocation)
        for part in says { #expect(told.contains(part), "\(told)", sourceLocation: sourceLocation) }
    }
}
