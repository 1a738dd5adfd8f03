import MeshModel
public import Substrate

/// What a listener believes, records and tells of traces.
public struct CompiledTracing: BitwiseCopyable, Sendable {
    /// Of traces begun here.
    public var samplePartsPerMillion: UInt32 = 10_000
    /// A trace is taken on from every client.
    public var acceptsAny = false
    public var writesB3 = false
    public var writesB3Multi = false

    /// Something besides `traceparent` is written.
    public var writesAnyB3: Bool { writesB3 || writesB3Multi }

    init() {}

    init(_ spec: ListenerSpec.Tracing) {
        samplePartsPerMillion = spec.sample.partsPerMillion
        acceptsAny = spec.accept == .any
        writesB3 = spec.propagate.contains(.b3)
        writesB3Multi = spec.propagate.contains(.b3multi)
    }

    /// Whether a trace that begins here is exported.
    public func samples(random: inout RandomSource) -> Bool {
        random.next(below: Share.whole) < samplePartsPerMillion
    }
}
