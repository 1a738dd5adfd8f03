extension AccessLogSpec {
    static let fieldNames = ["path", "sample", "when"]

    init?(decoding fields: FieldReader) {
        fields.require("path", hint: "a file, or /dev/stdout")
        let sample = fields.share("sample")
        let when = fields.conditions("when")
        guard let path = fields.text("path") else { return nil }
        self.init(path: path)
        self.sample = sample
        self.when = when ?? []
    }
}

extension AccessLogSpec.Condition {
    /// Conditions that are one word, by it.
    static let words: [(word: String, condition: Self)] = [
        ("always", .always), ("errors", .errors), ("refusals", .refusals), ("1xx", .statusClass(1)),
        ("2xx", .statusClass(2)), ("3xx", .statusClass(3)), ("4xx", .statusClass(4)),
        ("5xx", .statusClass(5)),
    ]
}

extension FieldReader {
    fileprivate static let conditionHint =
        "allowed: " + AccessLogSpec.Condition.words.map(\.word).joined(separator: ", ")
        + ", { slow: 500ms }"

    /// One condition, or a list of them.
    fileprivate func conditions(_ name: String) -> [AccessLogSpec.Condition]? {
        guard let node = node(name) else { return nil }
        guard case .list(let items) = node.content else {
            return condition(node, at: [.field(name)]).map { [$0] }
        }
        guard 1...ConfigurationLimits.maxLogConditions ~= items.count else {
            add(
                [.field(name)],
                items.isEmpty
                    ? "names nothing" : "has more than \(ConfigurationLimits.maxLogConditions) conditions",
                hint: items.isEmpty ? "leave it out: then every request gets a line" : nil)
            return nil
        }
        return list(name) { condition($0, at: [.field(name), .item($1)]) }
    }

    private func condition(_ node: DocumentNode, at steps: [PathStep]) -> AccessLogSpec.Condition? {
        if case .fields = node.content {
            guard
                let fields = FieldReader(
                    node, at: path + steps, in: document, report: report, known: ["slow"])
            else { return nil }
            fields.require("slow", hint: "as { slow: 500ms }")
            return fields.timeSpan("slow").map { .slow($0) }
        }
        guard let text = text(node, at: steps) else { return nil }
        if let known = AccessLogSpec.Condition.words.first(where: { $0.word == text }) {
            return known.condition
        }
        add(steps, "\(Quoted.text(text)) is not a condition", hint: Self.conditionHint)
        return nil
    }
}
