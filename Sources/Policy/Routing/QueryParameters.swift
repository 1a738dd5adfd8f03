import Substrate

/// Walks the `name=value` pairs of a query, still encoded.
struct QueryParameters {
    private let query: Bytes
    private var index = 0

    init(_ query: Bytes) { self.query = query }

    mutating func next() -> (name: Bytes, value: Bytes)? {
        while index < query.count {
            let end = query.firstIndex(of: ASCII.ampersand, from: index) ?? query.count
            let pair = query[index, count: end &- index]
            index = end &+ 1
            if pair.isEmpty { continue }
            guard let equals = pair.firstIndex(of: ASCII.equals) else { return (pair, Bytes()) }
            return (pair.prefix(equals), pair.dropFirst(equals &+ 1))
        }
        return nil
    }

    /// The value of the one parameter `name`, still encoded. Nil when there is none, or more than one: readers differ
    /// on which of two counts.
    static func only(_ name: StaticString, in query: Bytes) -> Bytes? {
        var parameters = QueryParameters(query)
        var found: Bytes?
        while let parameter = parameters.next() {
            guard PercentDecoding.equals(parameter.name, Bytes(name)) else { continue }
            if found != nil { return nil }
            found = parameter.value
        }
        return found
    }
}
