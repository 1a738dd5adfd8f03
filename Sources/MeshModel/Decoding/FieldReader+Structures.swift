extension FieldReader {
    func object(_ name: String, known: [String], later: [String] = []) -> FieldReader? {
        guard let node = node(name) else { return nil }
        return FieldReader(
            node, at: path + [.field(name)], in: document, report: report, known: known, later: later)
    }

    /// Nil, and reported, unless it is a list.
    func list(_ name: String) -> [DocumentNode]? {
        guard let node = node(name) else { return nil }
        if case .list(let items) = node.content { return items }
        if !node.isRefused { add([.field(name)], "is \(node.kindName), must be a list", hint: "as [ … ]") }
        return nil
    }

    /// The list decoded item by item. One bad item leaves the whole list out, so that positions in what is decoded
    /// stay positions in the document.
    func list<Item>(_ name: String, _ decode: (DocumentNode, Int) -> Item?) -> [Item]? {
        guard let nodes = list(name) else { return nil }
        let items = nodes.enumerated().map { decode($0.element, $0.offset) }
        let decoded = items.compactMap { $0 }
        return decoded.count == items.count ? decoded : nil
    }

    func objects<Item>(
        _ name: String, known: [String], later: [String] = [], _ decode: (FieldReader) -> Item?
    ) -> [Item]? {
        list(name) { node, index in
            FieldReader(
                node, at: path + [.field(name), .item(index)], in: document, report: report, known: known,
                later: later
            ).flatMap(decode)
        }
    }

    /// Texts, each once.
    ///
    /// - Parameter check: called with every text, also where another item is no text.
    func texts(_ name: String, _ check: (String, Int) -> Void = { _, _ in }) -> [String]? {
        var seen: Set<String> = []
        return list(name) { node, index in
            guard let text = text(node, at: [.field(name), .item(index)]) else { return nil }
            if !seen.insert(text).inserted {
                refuse(.field(name), .item(index), because: "\(Quoted.text(text)) is listed twice")
            }
            check(text, index)
            return text
        }
    }

    /// Names and texts, in the document's order.
    func map(_ name: String) -> [(name: String, value: String)]? {
        guard let node = node(name) else { return nil }
        guard case .fields(let fields) = node.content else {
            if !node.isRefused {
                add([.field(name)], "is \(node.kindName), must be an object", hint: "as { name: value }")
            }
            return nil
        }
        var pairs: [(name: String, value: String)] = []
        for field in fields {
            let value: String? =
                if case .text("") = field.value.content { "" } else {
                    text(field.value, at: [.field(name), .field(field.name)])
                }
            if let value { pairs.append((field.name, value)) }
        }
        return pairs
    }

    /// `{ file: PATH }`
    func file(_ name: String) -> String? {
        guard let reference = object(name, known: ["file"]) else { return nil }
        reference.require("file", hint: "a path, as { file: cert.pem }")
        return reference.text("file")
    }

    /// `{ value } | { file } | { env } | { secret }`. Messages never repeat what is there.
    func secret(_ node: DocumentNode, at steps: [PathStep]) -> SecretSource? {
        let known = ["value", "file", "env", "secret"]
        guard
            let source = FieldReader(node, at: path + steps, in: document, report: report, known: known)
        else { return nil }
        let given = known.filter(source.has)
        guard given.count == 1 else {
            source.refuse(
                because: given.isEmpty ? "says nothing" : "says \(given.joined(separator: " and "))",
                hint: "exactly one of value, file, env, secret")
            return nil
        }
        guard let text = source.text(given[0]) else { return nil }
        switch given[0] {
        case "value": return .value(text)
        case "file": return .file(path: text)
        case "env": return .environment(name: text)
        default:
            source.refuse(
                "secret", because: "names a Secret, a kind that is not in this version",
                hint: "use file, env or value")
            return .secret(name: text)
        }
    }

    func secrets(_ name: String) -> [SecretSource]? {
        list(name) { node, index in secret(node, at: [.field(name), .item(index)]) }
    }
}
