/// Why text is no JSON Pointer.
public enum JSONPointerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A pointer that is not empty starts with `/`.
    case missingSlash
    /// `~` is followed by `0` or `1` only.
    case invalidEscape(offset: Int)

    public var description: String {
        switch self {
        case .missingSlash: "a JSON Pointer starts with /: write /name, or nothing for the whole document"
        case .invalidEscape(let offset):
            "~ at byte \(offset) of a JSON Pointer: write ~0 for a tilde and ~1 for a slash"
        }
    }
}
