/// Collects problems, keeps the first `InvalidConfiguration.maxProblems` and counts the rest.
final class ProblemReport {
    private var problems: [(fileIndex: Int, problem: Problem)] = []
    private(set) var count = 0
    /// Some document could not be read at all, so a name that nobody declares may be declared in it.
    var sawUnreadable = false

    func add(fileIndex: Int, _ problem: @autoclosure () -> Problem) {
        count += 1
        if problems.count < InvalidConfiguration.maxProblems { problems.append((fileIndex, problem())) }
    }

    /// - Parameter atKey: the position is the field's name, not its value.
    func add(
        _ document: Document, _ path: [PathStep], atKey: Bool = false, _ message: @autoclosure () -> String,
        hint: @autoclosure () -> String? = nil
    ) {
        add(fileIndex: document.fileIndex, at(document, path, atKey, message(), hint()))
    }

    var failure: InvalidConfiguration? {
        guard count > 0 else { return nil }
        let ordered = problems.enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            return (a.fileIndex, a.problem.line, a.problem.column, left.offset)
                < (b.fileIndex, b.problem.line, b.problem.column, right.offset)
        }
        return InvalidConfiguration(problems: ordered.map(\.element.problem), omitted: count - problems.count)
    }

    private func at(
        _ document: Document, _ path: [PathStep], _ atKey: Bool, _ message: String, _ hint: String?
    ) -> Problem {
        let position = document.root.position(of: path, atKey: atKey)
        return Problem(
            file: document.file, document: document.index, line: position.line, column: position.column,
            resource: document.resource, pointer: PathStep.pointer(path), message: message, hint: hint)
    }
}
