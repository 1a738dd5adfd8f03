/// Where problems go that are found before a document is whole.
struct DocumentSink {
    var file: String
    var fileIndex: Int
    var problems: ProblemReport

    /// - Parameter fields: what has been read of the document's root, to tell which resource it is.
    func report(
        _ message: String, _ hint: String, at position: DocumentNode.Position, _ document: Int,
        _ path: @autoclosure () -> [PathStep], _ fields: @autoclosure () -> [DocumentNode.Field]
    ) {
        problems.add(
            fileIndex: fileIndex,
            Problem(
                file: file, document: document, line: position.line, column: position.column,
                resource: ResourceName(identifying: fields()), pointer: PathStep.pointer(path()),
                message: message,
                hint: hint))
    }
}
