/// One document of a file: its tree, where it stands, and what it turned out to be.
final class Document {
    let file: String
    let fileIndex: Int
    let index: Int
    let root: DocumentNode
    var resource: ResourceName?

    init(file: String, fileIndex: Int, index: Int, root: DocumentNode) {
        self.file = file
        self.fileIndex = fileIndex
        self.index = index
        self.root = root
    }

    /// As problems name it: `mesh.yaml:12`.
    var place: String { "\(file):\(root.position.line)" }
}
