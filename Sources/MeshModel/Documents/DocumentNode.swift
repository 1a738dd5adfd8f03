/// A value of a document, YAML or JSON, with its place in the file.
struct DocumentNode {
    /// Both from 1; the column counts characters.
    struct Position {
        var line: Int
        var column: Int
    }

    struct Field {
        var name: String
        var position: Position
        var value: DocumentNode
    }

    enum Content {
        case null
        case boolean(Bool)
        case integer(Int64)
        /// A fraction, an exponent, or an integer past 64 bits: nothing here takes one, so it is not kept.
        case number
        case text(String)
        case list([DocumentNode])
        case fields([Field])
        /// Already reported while reading; what decodes it stays silent.
        case refused
    }

    var content: Content
    var position: Position

    var isRefused: Bool {
        if case .refused = content { return true }
        return false
    }

    /// As messages name it.
    var kindName: String {
        switch content {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer, .number: "a number"
        case .text: "text"
        case .list: "a list"
        case .fields: "an object"
        case .refused: "unreadable"
        }
    }

    /// Where `path` leads, or the deepest place on the way that exists.
    func position(of path: [PathStep], atKey: Bool) -> Position {
        var node = self
        var place = position
        for (index, step) in path.enumerated() {
            switch (step, node.content) {
            case (.field(let name), .fields(let fields)):
                guard let field = fields.first(where: { $0.name == name }) else { return place }
                place = atKey && index == path.count - 1 ? field.position : field.value.position
                node = field.value
            case (.item(let item), .list(let items)):
                guard items.indices.contains(item) else { return place }
                node = items[item]
                place = node.position
            default: return place
            }
        }
        return place
    }
}
