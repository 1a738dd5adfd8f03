import Substrate

/// One file, document by document, into the draft.
struct FileReading {
    let file: SourceFile
    let fileIndex: Int
    let report: ProblemReport
    /// Documents of all files so far.
    var documents: Int

    mutating func decode(into draft: inout Draft) {
        do throws(SyntaxFault) {
            try check()
            if file.path.hasSuffix(".json") {
                try decodeJSON(into: &draft)
            } else {
                try decodeYAML(into: &draft)
            }
        } catch {
            report.sawUnreadable = true
            report.add(
                fileIndex: fileIndex,
                Problem(
                    file: file.path, document: nil, line: error.position.line, column: error.position.column,
                    message: error.message, hint: error.hint))
        }
    }

    private func check() throws(SyntaxFault) {
        guard file.bytes.count <= DocumentLimits.maxFileBytes else {
            throw SyntaxFault(
                position: .init(line: 1, column: 1),
                message: "is larger than \(DocumentLimits.maxFileBytes) bytes",
                hint: "split it: order never matters")
        }
        if let fault = TextScan.firstFault(in: content) {
            throw SyntaxFault(position: fault.position, message: fault.message)
        }
    }

    /// Without the byte order mark that some editors write.
    private var content: [UInt8] {
        file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file.bytes.dropFirst(3)) : file.bytes
    }

    private mutating func decodeYAML(into draft: inout Draft) throws(SyntaxFault) {
        let sink = DocumentSink(file: file.path, fileIndex: fileIndex, problems: report)
        try content.withBytes { (bytes) throws(SyntaxFault) in
            var tree = YAMLTree(lending: bytes, sink: sink)
            var index = 0
            while let root = try tree.next(index: index) {
                try decode(root, index: index, into: &draft)
                index += 1
            }
        }
    }

    private mutating func decodeJSON(into draft: inout Draft) throws(SyntaxFault) {
        let sink = DocumentSink(file: file.path, fileIndex: fileIndex, problems: report)
        try content.withBytes { (bytes) throws(SyntaxFault) in
            try JSONTree.read(bytes, sink: sink) { (root, index) throws(SyntaxFault) in
                try decode(root, index: index, into: &draft)
            }
        }
    }

    private mutating func decode(_ root: DocumentNode, index: Int, into draft: inout Draft)
        throws(SyntaxFault)
    {
        documents += 1
        guard documents <= DocumentLimits.maxDocuments else {
            throw SyntaxFault(
                position: root.position,
                message: "has more than \(DocumentLimits.maxDocuments) documents with the files before it")
        }
        let document = Document(file: file.path, fileIndex: fileIndex, index: index, root: root)
        if case .fields(let fields) = root.content { document.resource = ResourceName(identifying: fields) }
        DocumentDecoder(document: document, report: report).decode(into: &draft)
    }
}
