import Substrate

/// The query of an order to the admin listener: known names, each once, with plain values.
///
/// No value that an order takes needs escaping, so none is undone: a percent sign is refused.
struct AdminQuery {
    /// Longest query: room for every parameter with the longest name that a resource has.
    static let maxBytes = 1_024

    private var pairs: [(name: String, value: String)] = []

    init(_ query: Bytes, known: [StaticString]) throws(AdminRefusal) {
        let hint = "the parameters here are " + known.map { "\($0)" }.joined(separator: ", ")
        guard query.count <= Self.maxBytes else {
            throw AdminRefusal("the query is over \(Self.maxBytes) bytes")
        }
        guard !query.isEmpty else { return }
        for pair in query.array.split(separator: ASCII.ampersand, omittingEmptySubsequences: false) {
            guard let equals = pair.firstIndex(of: ASCII.equals) else {
                throw AdminRefusal("a parameter has no value; \(hint)")
            }
            let name = String(decoding: pair[..<equals], as: UTF8.self)
            let value = pair[(equals + 1)...]
            // What was sent is not repeated: it may have been meant for somebody else.
            guard known.contains(where: { "\($0)" == name }) else {
                throw AdminRefusal("a parameter is not known; \(hint)")
            }
            guard self[name] == nil else { throw AdminRefusal("'\(name)' stands twice") }
            guard !value.isEmpty, value.allSatisfy(Self.isPlain) else {
                throw AdminRefusal("'\(name)' takes letters, digits, dots, dashes and underscores")
            }
            pairs.append((name, String(decoding: value, as: UTF8.self)))
        }
    }

    subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    private static func isPlain(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.dot || byte == ASCII.dash
            || byte == ASCII.underscore
    }
}

/// An order that cannot be followed: what is wrong, and what would be right.
struct AdminRefusal: Error, Equatable {
    var status: UInt16 = 400
    /// Plain ASCII without quotes or backslashes: it goes into JSON as it is.
    let detail: String

    init(_ detail: String, status: UInt16 = 400) {
        self.detail = detail
        self.status = status
    }
}
