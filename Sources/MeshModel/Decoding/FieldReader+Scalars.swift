extension FieldReader {
    func text(_ name: String) -> String? {
        guard let node = node(name) else { return nil }
        return text(node, at: [.field(name)])
    }

    func text(_ node: DocumentNode, at steps: [PathStep]) -> String? {
        switch node.content {
        case .text(let text):
            if text.isEmpty {
                add(steps, "is empty", hint: nil)
            } else if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                add(steps, "has a line break or another control character", hint: "write it on one line")
            } else {
                return text
            }
        case .refused: break
        case .integer, .number, .boolean:
            add(steps, "is \(node.kindName), must be text", hint: "quote it")
        case .null: add(steps, "is null, must be text", hint: "leave the field out, or quote it")
        case .list, .fields: add(steps, "is \(node.kindName), must be text", hint: nil)
        }
        return nil
    }

    func boolean(_ name: String) -> Bool? {
        guard let node = node(name) else { return nil }
        switch node.content {
        case .boolean(let value): return value
        case .refused: return nil
        default:
            add(
                [.field(name)], "is \(node.kindName), must be true or false",
                hint: "write true or false, not quoted")
            return nil
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = node(name) else { return nil }
        switch node.content {
        case .integer(let value):
            if let value = Int(exactly: value), range.contains(value) { return value }
        case .refused: return nil
        case .number: break
        default:
            add(
                [.field(name)], "is \(node.kindName), must be a whole number",
                hint: "from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        add(
            [.field(name)], "must be a whole number from \(range.lowerBound) to \(range.upperBound)",
            hint: nil)
        return nil
    }

    /// More than nothing and at most a day.
    func timeSpan(_ name: String) -> TimeSpan? {
        guard let node = node(name) else { return nil }
        let right = "write a number and a unit, as 250ms, 30s, 5m"
        switch node.content {
        case .text(let text):
            guard let span = TimeSpan(parsing: text) else {
                add([.field(name)], "\(Quoted.text(text)) is not a duration", hint: right)
                return nil
            }
            guard span.nanoseconds > 0, span <= ConfigurationLimits.maxTimeout else {
                add(
                    [.field(name)], "must be longer than 0 and at most \(ConfigurationLimits.maxTimeout)",
                    hint: nil)
                return nil
            }
            return span
        case .refused: return nil
        case .integer(let value):
            add([.field(name)], "is a number without a unit", hint: "write \(value)s or \(value)ms")
        default: add([.field(name)], "is \(node.kindName), must be a duration", hint: right)
        }
        return nil
    }

    func byteSize(_ name: String) -> UInt64? {
        guard let node = node(name) else { return nil }
        let right = "write 64KiB, 3MiB, 1GiB, or a number of bytes"
        switch node.content {
        case .integer(let value):
            if let size = UInt64(exactly: value) { return size }
            add([.field(name)], "must not be negative", hint: nil)
        case .text(let text):
            if let size = ByteSize.parse(text) { return size }
            add([.field(name)], "\(Quoted.text(text)) is not a size", hint: right)
        case .refused: break
        default: add([.field(name)], "is \(node.kindName), must be a size", hint: right)
        }
        return nil
    }

    func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Value.Type, later: [String] = []
    ) -> Value? {
        guard let text = text(name) else { return nil }
        if let value = Value(rawValue: text) { return value }
        if later.contains(text) {
            add([.field(name)], "\(Quoted.text(text)) is not in this version", hint: allowed(type))
        } else {
            let words = Value.allCases.map(\.rawValue)
            let nearest = Suggestion.nearest(to: text, among: words).map { "did you mean '\($0)'?" }
            add([.field(name)], "\(Quoted.text(text)) is not a value here", hint: nearest ?? allowed(type))
        }
        return nil
    }

    private func allowed<Value: RawRepresentable<String> & CaseIterable>(_ type: Value.Type) -> String {
        "allowed: " + Value.allCases.map(\.rawValue).joined(separator: ", ")
    }

    func address(_ name: String) -> MeshAddress? {
        guard let text = text(name) else { return nil }
        do throws(MeshAddressError) {
            return try MeshAddress(parsing: text)
        } catch {
            add([.field(name)], "\(Quoted.text(text)) \(error)", hint: error.hint)
            return nil
        }
    }

    /// A SPIFFE ID, kept as text.
    func identity(_ text: String, at steps: [PathStep]) -> String? {
        do throws(SPIFFEIDError) {
            return try SPIFFEID.parse(text).text
        } catch {
            add(
                steps, "\(Quoted.text(text)) is not a SPIFFE ID: \(error)",
                hint: "as spiffe://mesh.test/service/edge")
            return nil
        }
    }

    func add(_ steps: [PathStep], _ message: @autoclosure () -> String, hint: @autoclosure () -> String?) {
        report.add(document, path + steps, message(), hint: hint())
    }

    /// A share of a whole: `1%`.
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
