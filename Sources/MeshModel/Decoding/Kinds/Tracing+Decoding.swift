extension ListenerSpec.Tracing {
    static let fieldNames = ["sample", "accept", "propagate"]

    init(decoding fields: FieldReader) {
        self.init()
        if let share = fields.share("sample") { sample = share }
        if let accept = fields.choice("accept", of: Accept.self) { self.accept = accept }
        let formats = fields.texts("propagate") { word, index in
            guard Format(rawValue: word) == nil else { return }
            let words = Format.allCases.map(\.rawValue)
            fields.refuse(
                "propagate", .item(index), because: "\(Quoted.text(word)) is not a format here",
                hint: Suggestion.nearest(to: word, among: words).map { "did you mean '\($0)'?" }
                    ?? "of \(words.joined(separator: ", "))")
        }
        if let formats {
            let read = formats.compactMap(Format.init(rawValue:))
            if read.count == formats.count, !read.contains(.w3c) {
                fields.refuse(
                    "propagate", because: "leaves out w3c, which is always written", hint: "add w3c")
            }
            propagate = read
        }
    }
}

extension RouteSpec.Tracing {
    static let fieldNames = ["errors"]

    init(decoding fields: FieldReader) {
        self.init()
        if let errors = fields.choice("errors", of: Errors.self) { self.errors = errors }
    }
}

extension FieldReader {
    func share(_ name: String) -> Share? {
        guard let node = node(name) else { return nil }
        let right = "write a percentage, as 1% or 0.01%"
        switch node.content {
        case .text(let text):
            if let share = Share(parsing: text) { return share }
            refuse(
                .field(name), because: "\(Quoted.text(text)) is not a share from 0% to 100%", hint: right)
        case .refused: break
        case .integer(let value):
            refuse(.field(name), because: "is a number without a unit", hint: "write \(value)%")
        default: refuse(.field(name), because: "is \(node.kindName), must be a share", hint: right)
        }
        return nil
    }
}
