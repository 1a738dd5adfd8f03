import JSON
import Substrate

/// The documents of a JSON file: one object, or an array of them.
struct JSONTree {
    /// Most values and names of a file: two bytes each at least, so none that fits a file is refused for it.
    static let maxValues = DocumentLimits.maxFileBytes / 2

    private var cursor = LineCursor()
    private let bytes: Bytes
    private let sink: DocumentSink
    private var documentIndex = 0
    private var path: [PathStep] = []
    private var rootFields: [DocumentNode.Field] = []

    private init(_ bytes: Bytes, _ sink: DocumentSink) {
        self.bytes = bytes
        self.sink = sink
    }

    /// - Parameter each: called with each document and its position in the file.
    static func read(
        _ bytes: Bytes, sink: DocumentSink, each: (DocumentNode, Int) throws(SyntaxFault) -> Void
    ) throws(SyntaxFault) {
        var tree = JSONTree(bytes, sink)
        var tape = JSONTape()
        var limits = JSONLimits()
        // One more than a document may have, for the array around documents.
        limits.maxDepth = DocumentLimits.maxDepth + 1
        limits.maxBytes = DocumentLimits.maxFileBytes
        limits.maxValues = maxValues
        limits.duplicateKeys = .report
        do throws(JSONError) {
            try tape.parse(bytes, limits: limits)
        } catch {
            let position = tree.cursor.position(of: error.offset, in: bytes)
            throw SyntaxFault(position: position, message: "is not JSON: \(error)")
        }
        // Values point into the tape.
        defer { extendLifetime(tape) }
        let root = tape.root(bytes)
        guard root.kind == .array else {
            return try each(try tree.document(root, index: 0), 0)
        }
        var elements = root.elements
        var index = 0
        while let element = elements.next() {
            try each(try tree.document(element, index: index), index)
            index += 1
        }
    }

    private mutating func document(_ value: JSONValue, index: Int) throws(SyntaxFault) -> DocumentNode {
        documentIndex = index
        rootFields = []
        return try node(value)
    }

    /// Recursion is bounded by `DocumentLimits.maxDepth`.
    private mutating func node(_ value: JSONValue) throws(SyntaxFault) -> DocumentNode {
        let position = cursor.position(of: value.offset, in: bytes)
        switch value.kind {
        case .null: return DocumentNode(content: .null, position: position)
        case .bool: return DocumentNode(content: .boolean(value.boolean ?? false), position: position)
        case .number:
            return DocumentNode(content: value.integer.map { .integer($0) } ?? .number, position: position)
        case .string:
            guard value.rawBytes.count <= DocumentLimits.maxScalarBytes + 2 else {
                throw SyntaxFault(
                    position: position,
                    message: "has a value longer than \(DocumentLimits.maxScalarBytes) bytes")
            }
            return DocumentNode(content: .text(value.text ?? ""), position: position)
        case .array:
            try checkDepth(position)
            var items: [DocumentNode] = []
            var elements = value.elements
            while let element = elements.next() {
                path.append(.item(items.count))
                items.append(try node(element))
                path.removeLast()
            }
            return DocumentNode(content: .list(items), position: position)
        case .object:
            try checkDepth(position)
            return DocumentNode(content: .fields(try fields(of: value)), position: position)
        }
    }

    private mutating func fields(of value: JSONValue) throws(SyntaxFault) -> [DocumentNode.Field] {
        var fields: [DocumentNode.Field] = []
        var names: [String: Int] = [:]
        var members = value.members
        while let member = members.next() {
            let name = member.key.text ?? ""
            let position = cursor.position(of: member.key.offset, in: bytes)
            path.append(.field(name))
            let first = names[name]
            if let first { reportTwice(first, at: position) }
            let content = try node(member.value)
            path.removeLast()
            guard first == nil else { continue }
            names[name] = position.line
            fields.append(.init(name: name, position: position, value: content))
            if path.isEmpty, ResourceName.fieldNames.contains(name), let field = fields.last {
                rootFields.append(field)
            }
        }
        return fields
    }

    private func checkDepth(_ position: DocumentNode.Position) throws(SyntaxFault) {
        guard path.count < DocumentLimits.maxDepth else {
            throw SyntaxFault(
                position: position, message: "is nested deeper than \(DocumentLimits.maxDepth) levels")
        }
    }

    private func reportTwice(_ first: Int, at position: DocumentNode.Position) {
        sink.report(
            "appears twice, first on line \(first)", "keep one of them", at: position, documentIndex, path,
            rootFields)
    }
}
