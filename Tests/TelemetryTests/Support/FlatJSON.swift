/// One JSON object without nesting, read strictly: what a log line must be.
struct FlatJSON {
    private(set) var keys: [String] = []
    private(set) var values: [String] = []

    subscript(key: String) -> String? { keys.firstIndex(of: key).map { values[$0] } }

    init?(_ line: some StringProtocol) {
        var rest = Substring(line)
        func take(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }
        guard take("{") else { return nil }
        repeat {
            guard let key = Self.takeText(&rest), take(":"), !keys.contains(key) else { return nil }
            guard let value = rest.first == "\"" ? Self.takeText(&rest) : Self.takeLiteral(&rest) else {
                return nil
            }
            keys.append(key)
            values.append(value)
        } while take(",")
        guard take("}"), rest.isEmpty else { return nil }
    }

    private static func takeText(_ rest: inout Substring) -> String? {
        guard rest.first == "\"" else { return nil }
        rest.removeFirst()
        var text = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return text
            case "\\":
                guard let escape = rest.popFirst() else { return nil }
                switch escape {
                case "\"", "\\", "/": text.append(escape)
                case "u":
                    guard let code = UInt32(rest.prefix(4), radix: 16), let scalar = Unicode.Scalar(code)
                    else { return nil }
                    rest.removeFirst(4)
                    text.unicodeScalars.append(scalar)
                default: return nil
                }
            default:
                guard character.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else { return nil }
                text.append(character)
            }
        }
        return nil
    }

    private static func takeLiteral(_ rest: inout Substring) -> String? {
        let literal = rest.prefix { $0.isNumber || $0.isLetter || $0 == "-" }
        guard literal == "true" || literal == "false" || Int64(literal) != nil else { return nil }
        rest.removeFirst(literal.count)
        return String(literal)
    }
}
