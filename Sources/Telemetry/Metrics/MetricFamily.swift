/// A family that whoever renders adds to the workers' own: endpoint health, configuration revision, certificate expiry.
public struct MetricFamily: Sendable {
    public enum Kind: Sendable, Equatable {
        case counter, gauge
    }

    public struct Label: Sendable {
        public var name: OpenText
        public var value: OpenName

        public init(_ name: OpenText, _ value: OpenName) {
            self.name = name
            self.value = value
        }
    }

    public struct Sample: Sendable {
        public var labels: [Label]
        public var value: Double

        public init(labels: [Label] = [], value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    /// As it stands in a query: a counter's with `_total`, and any with its unit, `_seconds` or `_bytes`, at the end (in
    /// front of `_total`).
    public var name: OpenText
    public var kind: Kind
    public var help: OpenText
    public var samples: [Sample]

    public init(name: OpenText, kind: Kind, help: OpenText, samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }
}
