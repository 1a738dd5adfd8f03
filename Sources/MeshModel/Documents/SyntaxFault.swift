/// What ends the reading of a file: past it, nothing in the file can be trusted to mean what it says.
struct SyntaxFault: Error {
    var position: DocumentNode.Position
    var message: String
    var hint: String?
}
