import MeshModel
import Substrate

/// A host of the configuration: a whole name, `*.` and a name, or every host.
struct HostPattern: Hashable {
    enum Kind: UInt8 { case exact, wildcard, every }

    var kind: Kind
    /// Lower case, without `*.` and without a trailing dot.
    var name: String

    static var every: HostPattern { HostPattern(kind: .every, name: "") }

    private init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }

    init(_ text: String, of resource: ResourceName) throws(PolicyError) {
        var name = text.lowercased()
        let isWildcard = name.hasPrefix("*.")
        if isWildcard { name.removeFirst(2) }
        if name.hasSuffix(".") { name.removeLast() }
        let isPlain = name.utf8.allSatisfy { byte in
            byte > ASCII.space && byte < ASCII.delete && byte != ASCII.asterisk && byte != ASCII.slash
                && byte != ASCII.percent
        }
        guard !name.isEmpty, name.utf8.count <= Router.maxHostBytes, isPlain, !name.hasPrefix(".") else {
            throw PolicyError(resource, .hostInvalid(text))
        }
        self.init(kind: isWildcard ? .wildcard : .exact, name: name)
    }

    /// The wildcards that cover this host, the most specific first.
    var coveringWildcards: [HostPattern] {
        var found: [HostPattern] = kind == .wildcard ? [self] : []
        var rest = Substring(name)
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            if !rest.isEmpty { found.append(HostPattern(kind: .wildcard, name: String(rest))) }
        }
        return found
    }
}
