/// One request that a client will send, and what may become of it.
final class PlannedRequest {
    /// Who answers it.
    enum Kind: String, CaseIterable {
        case forward, collect, local, refuse, collectRefuse, wait
        /// Bytes that are no request; the last of their connection.
        case hostile
    }

    enum Framing { case none, length, chunked }

    let id: Int
    let kind: Kind
    let conduct: Conduct
    let method: String
    let isOld: Bool
    let framing: Framing
    let body: [UInt8]
    let trailers: String
    /// Status that a hostile one is owed.
    var refusal = 0
    /// The answer's body, had it been asked for by GET.
    let answer: [UInt8]
    var bytes: [UInt8] = []
    /// Where its last byte stands in what the client sends.
    var end = 0
    /// Times that the upstream got it whole.
    var arrivals = 0

    init(
        id: Int, kind: Kind, conduct: Conduct, method: String, isOld: Bool, framing: Framing, body: [UInt8],
        trailers: String, answer: [UInt8]
    ) {
        self.id = id
        self.kind = kind
        self.conduct = conduct
        self.method = method
        self.isOld = isOld
        self.framing = framing
        self.body = body
        self.trailers = trailers
        self.answer = answer
    }

    var target: String { "/\(kind.rawValue)-\(conduct.rawValue)-\(id)" }
    var name: String { "\(method) \(target)" }
    /// Whether the upstream may ever see it.
    var mayArrive: Bool { kind == .forward || kind == .collect }

    /// The parts of a target as it came over the wire.
    static func read(_ target: String) -> (kind: Kind, conduct: Conduct, id: Int)? {
        let parts = target.dropFirst().split(separator: "-")
        guard parts.count == 3, let kind = Kind(rawValue: String(parts[0])),
            let conduct = UInt8(parts[1]).flatMap(Conduct.init(rawValue:)), let id = Int(parts[2])
        else { return nil }
        return (kind, conduct, id)
    }
}
