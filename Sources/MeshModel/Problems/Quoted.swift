/// Text of a document inside our messages: short, and without a character that could forge a line of a log.
enum Quoted {
    /// Characters of a document's text that a message repeats.
    static let maxCharacters = 64

    static func text(_ text: String) -> String { "'" + plain(text, limit: maxCharacters) + "'" }

    static func plain(_ text: String, limit: Int = 512) -> String {
        var shown = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if index == limit { return shown + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
                shown += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
