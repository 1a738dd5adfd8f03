import Substrate

extension RouteSpec.Match {
    static let fieldNames = ["path", "methods", "headers", "query"]

    init?(decoding fields: FieldReader) {
        if let path = fields.object("path", known: ["exact", "prefix", "template"]) {
            self.path = RouteSpec.PathMatch(decoding: path)
        }
        let methods = fields.texts("methods") { method, index in
            guard let fault = MethodRule.fault(in: method) else { return }
            fields.refuse(
                "methods", .item(index), because: "\(Quoted.text(method)) \(fault.message)", hint: fault.hint)
        }
        self.methods = methods ?? []
        let known = ["name", "exact", "prefix", "present"]
        let headers = fields.objects("headers", known: known) {
            RouteSpec.NamedMatch(decoding: $0, isHeader: true)
        }
        let query = fields.objects("query", known: known) {
            RouteSpec.NamedMatch(decoding: $0, isHeader: false)
        }
        if !fields.has("headers"), !fields.has("query"), !fields.has("path"),
            !fields.has("methods")
        {
            fields.refuse(because: "says nothing", hint: "path: { prefix: / } matches everything")
        }
        // A part that could not be read must not widen what is matched.
        guard path != nil || !fields.has("path"), headers != nil || !fields.has("headers"),
            query != nil || !fields.has("query")
        else { return nil }
        self.headers = headers ?? []
        self.query = query ?? []
    }
}

extension RouteSpec.PathMatch {
    init?(decoding fields: FieldReader) {
        let given = ["exact", "prefix", "template"].filter(fields.has)
        guard given.count == 1 else {
            fields.refuse(
                because: given.isEmpty ? "says nothing" : "says \(given.joined(separator: " and "))",
                hint: "exactly one of exact, prefix, template")
            return nil
        }
        guard let path = fields.text(given[0]) else { return nil }
        let fault = given[0] == "template" ? PathRule.fault(inTemplate: path) : PathRule.fault(in: path)
        if let fault {
            fields.refuse(
                .field(given[0]), because: "\(Quoted.text(path)) \(fault.message)", hint: fault.hint)
            return nil
        }
        switch given[0] {
        case "exact": self = .exact(path)
        case "template": self = .template(path)
        // A prefix matches whole segments, so a slash at its end adds nothing.
        default: self = .prefix(path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path)
        }
    }
}

extension RouteSpec.NamedMatch {
    init?(decoding fields: FieldReader, isHeader: Bool) {
        fields.require("name")
        let name = fields.text("name")
        if isHeader, let name, !name.utf8.allSatisfy(ASCII.isToken) {
            fields.refuse("name", because: "\(Quoted.text(name)) is not a header name")
        }
        let given = ["exact", "prefix", "present"].filter(fields.has)
        guard given.count == 1 else {
            fields.refuse(
                because: given.isEmpty
                    ? "does not say which value" : "says \(given.joined(separator: " and "))",
                hint: "exactly one of exact, prefix, present: true")
            return nil
        }
        var value: RouteSpec.ValueMatch?
        switch given[0] {
        case "exact": value = fields.text("exact").map { .exact($0) }
        case "prefix": value = fields.text("prefix").map { .prefix($0) }
        default:
            if let present = fields.boolean("present") {
                if present {
                    value = .present
                } else {
                    fields.refuse(
                        "present", because: "must be true", hint: "absence is not a match in this version")
                }
            }
        }
        guard let name, let value else { return nil }
        self.init(name: name, value: value)
    }
}
