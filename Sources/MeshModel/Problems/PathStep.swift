/// One step from a document's root towards a value.
enum PathStep: Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case field(String)
    case item(Int)

    init(stringLiteral value: String) { self = .field(value) }
    init(integerLiteral value: Int) { self = .item(value) }

    /// RFC 6901 §3: `~` is written `~0`, `/` is written `~1`.
    static func pointer(_ path: [PathStep]) -> String {
        var text = ""
        for step in path {
            text += "/"
            switch step {
            case .item(let index): text += String(index)
            case .field(let name):
                for character in name.unicodeScalars {
                    switch character {
                    case "~": text += "~0"
                    case "/": text += "~1"
                    default: text.unicodeScalars.append(character)
                    }
                }
            }
        }
        return text
    }
}
