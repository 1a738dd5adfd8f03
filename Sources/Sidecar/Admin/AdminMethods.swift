import Substrate

/// Methods that a path of the admin listener takes.
enum AdminMethods: Equatable {
    /// It shows something.
    case reads
    /// It does something.
    case post
    /// It shows what it changes.
    case readsAndPost

    func contains(_ method: HTTPMethod) -> Bool {
        switch method {
        case .get, .head: self != .post
        case .post: self != .reads
        default: false
        }
    }

    /// For `Allow` (RFC 9110 §10.2.1).
    var allow: StaticString {
        switch self {
        case .reads: "GET, HEAD"
        case .post: "POST"
        case .readsAndPost: "GET, HEAD, POST"
        }
    }
}
