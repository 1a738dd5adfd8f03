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
