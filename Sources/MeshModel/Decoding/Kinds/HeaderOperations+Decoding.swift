extension RouteSpec.HeaderOperations {
    init(decoding route: FieldReader, _ name: String, isRequest: Bool, isTenants: Bool) {
        guard let fields = route.object(name, known: ["set", "add", "remove"]) else { return }
        set = fields.map("set") ?? []
        add = fields.map("add") ?? []
        for (operation, pairs) in [("set", set), ("add", add)] {
            var seen: Set<String> = []
            for (name, value) in pairs {
                let place: [PathStep] = [.field(operation), .field(name)]
                if let fault = HeaderRule.fault(
                    in: name, isRequest: isRequest, isSet: operation == "set", isTenants: isTenants)
                {
                    fields.report.add(
                        fields.document, fields.path + place, atKey: true,
                        "\(Quoted.text(name)) \(fault.message)",
                        hint: fault.hint)
                } else if !HeaderRule.isValue(value) {
                    fields.add(
                        place, "is not a header value: no control characters, no blanks at its ends",
                        hint: nil)
                }
                if !seen.insert(name.lowercased()).inserted {
                    fields.add(place, "appears twice: header names have no case", hint: "keep one of them")
                }
            }
        }
        let removed = fields.texts("remove") { name, index in
            guard
                let fault = HeaderRule.fault(
                    in: name, isRequest: isRequest, isSet: false, isTenants: isTenants)
            else { return }
            fields.refuse(
                "remove", .item(index), because: "\(Quoted.text(name)) \(fault.message)", hint: fault.hint)
        }
        remove = removed ?? []
    }
}
