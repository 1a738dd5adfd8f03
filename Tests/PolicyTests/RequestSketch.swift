import Substrate

/// A request as a codec would hand it over, for tests.
struct RequestSketch {
    var method = "GET"
    var host = "example.test"
    var path = "/"
    var query = ""
    var fields: [(String, String)] = []
    var contentLength: Int64 = -1

    func with(_ name: String, _ value: String) -> RequestSketch {
        var copy = self
        copy.fields.append((name, value))
        return copy
    }

    /// Lends a head with this request's facts.
    func withHead<Result>(_ body: (MessageHead) throws -> Result) rethrows -> Result {
        var pool = HeadPool()
        let bytes = fields.reduce(1024 + host.utf8.count + path.utf8.count + query.utf8.count) {
            $0 + $1.0.utf8.count + $1.1.utf8.count
        }
        let head = pool.acquire(arenaBytes: bytes, fields: fields.count)
        defer { pool.release(head) }
        func put(_ text: String) -> ByteRange {
            Array(text.utf8).withBytes { head.append($0) } ?? ByteRange()
        }
        head.facts.methodName = put(method)
        head.facts.method = Array(method.utf8).withBytes { HTTPMethod($0) }
        head.facts.host = put(host)
        head.facts.authority = head.facts.host
        head.facts.path = put(path)
        head.facts.query = put(query)
        head.facts.hasQuery = !query.isEmpty
        head.facts.contentLength = contentLength
        for (name, value) in fields {
            let known = Array(name.utf8).withBytes { KnownHeader($0) }
            let field = HeaderField(
                name: put(name), value: put(value), known: known, isHopByHop: known.isHopByHop)
            precondition(head.append(field), "the test's head has room")
        }
        return try body(head)
    }
}
