import MeshModel
import Substrate

/// A path of the configuration, taken apart.
struct PathPattern {
    enum Segment: Equatable {
        case literal(String)
        case parameter(String)
        case rest(String)
    }

    enum Kind: UInt8 { case exact, template, prefix }

    /// Most parameters of a template; `RequestState` holds as many.
    static var maxParameters: Int { RequestState.maxParameters }

    var kind: Kind
    /// As configured; an exact path is looked up by it.
    var text: String
    /// Of a template or a prefix.
    var segments: [Segment] = []

    var literalCount: Int {
        segments.count { if case .literal = $0 { true } else { false } }
    }

    var parameters: [String] {
        segments.compactMap {
            switch $0 {
            case .literal: nil
            case .parameter(let name), .rest(let name): name
            }
        }
    }

    var endsInRest: Bool { if case .rest = segments.last { true } else { false } }

    init(_ match: RouteSpec.PathMatch?, of resource: ResourceName) throws(PolicyError) {
        switch match {
        case .exact(let path):
            kind = .exact
            text = path
        case .template(let path):
            kind = .template
            text = path
        case .prefix(let path):
            kind = .prefix
            text = path
        case nil:
            kind = .prefix
            text = "/"
        }
        guard text.utf8.first == ASCII.slash, text.utf8.allSatisfy({ $0 > ASCII.space && $0 != ASCII.delete })
        else { throw PolicyError(resource, .pathInvalid(text)) }
        guard kind != .exact else { return }
        var body = Substring(text).dropFirst()
        if kind == .prefix {
            while body.utf8.last == ASCII.slash { body = body.dropLast() }
            if body.isEmpty { return }
        }
        for segment in body.split(separator: "/", omittingEmptySubsequences: false) {
            segments.append(try Self.segment(String(segment), in: self, of: resource))
        }
        try check(of: resource)
    }

    private static func segment(
        _ text: String, in pattern: PathPattern, of resource: ResourceName
    ) throws(PolicyError) -> Segment {
        guard pattern.kind == .template, text.contains("{") || text.contains("}") else {
            return .literal(text)
        }
        var name = text
        guard name.hasPrefix("{"), name.hasSuffix("}"), !pattern.endsInRest else {
            throw PolicyError(resource, .pathInvalid(pattern.text))
        }
        name = String(name.dropFirst().dropLast())
        let isRest = name.hasSuffix("**")
        if isRest { name.removeLast(2) }
        let isName = name.utf8.allSatisfy {
            ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == 0x5F || $0 == 0x2D
        }
        guard !name.isEmpty, isName else { throw PolicyError(resource, .pathInvalid(pattern.text)) }
        return isRest ? .rest(name) : .parameter(name)
    }

    private func check(of resource: ResourceName) throws(PolicyError) {
        guard segments.count <= Router.maxSegments else {
            throw PolicyError(resource, .tooManySegments(text, limit: Router.maxSegments))
        }
        guard parameters.count <= Self.maxParameters else {
            throw PolicyError(resource, .tooManyParameters(text, limit: Self.maxParameters))
        }
        guard Set(parameters).count == parameters.count else {
            throw PolicyError(resource, .pathInvalid(text))
        }
        // Nothing goes on behind `{rest**}`.
        for segment in segments.dropLast() {
            if case .rest = segment { throw PolicyError(resource, .pathInvalid(text)) }
        }
    }
}
