public import Substrate

/// What a request says in B3's fields (github.com/openzipkin/b3-propagation): a context, a decision, or both.
public struct B3Context: BitwiseCopyable, Sendable, Equatable {
    public enum Sampling: UInt8, BitwiseCopyable, Sendable {
        /// Left to whoever receives it.
        case deferred
        case denied
        case accepted
        /// Accepted, and asked to be kept by every hop.
        case debug
    }

    public var sampling = Sampling.deferred
    /// The flags say what `sampling` says. Nil: a decision without ids.
    public var trace: TraceContext?

    private init(sampling: Sampling, traceHigh: UInt64, traceLow: UInt64, span: UInt64) {
        self.sampling = sampling
        let isSampled = sampling == .accepted || sampling == .debug
        trace = TraceContext(
            traceHigh: traceHigh, traceLow: traceLow, parent: span, flags: isSampled ? 0x01 : 0)
    }

    private init(_ sampling: Sampling) { self.sampling = sampling }

    /// Reads the single field: `{trace}-{span}[-{sampling}[-{parent}]]`, or a sampling state alone.
    ///
    /// Ids are lower-case hexadecimal and not zero; a trace id of 16 digits is the lower half of one of 32.
    public init?(single value: Bytes) {
        if value.count == 1 {
            guard let alone = Self.sampling(value[0]) else { return nil }
            self.init(alone)
            return
        }
        guard let dash = value.firstIndex(of: ASCII.dash),
            let (high, low) = Self.traceID(value.prefix(dash))
        else { return nil }
        let rest = value.dropFirst(dash &+ 1)
        guard let span = Self.spanID(rest.prefix(16)) else { return nil }
        var sampling = Sampling.deferred
        switch rest.count {
        case 16: break
        case 18, 35:
            guard rest[16] == ASCII.dash, let state = Self.sampling(rest[17]) else { return nil }
            sampling = state
            if rest.count == 35 {
                guard rest[18] == ASCII.dash, Self.spanID(rest.dropFirst(19)) != nil else { return nil }
            }
        default: return nil
        }
        self.init(sampling: sampling, traceHigh: high, traceLow: low, span: span)
    }

    /// Reads the fields of several names; nil for one that does not stand there. Nil when nothing follows from them: an
    /// id without the other, or what is no id and no state.
    public init?(traceID: Bytes?, spanID: Bytes?, sampled: Bytes?, flags: Bytes?) {
        var sampling = Sampling.deferred
        if let sampled {
            // `true` and `false` were written by tracers older than the specification.
            if sampled.elementsEqual("1") || sampled.elementsEqual("true") {
                sampling = .accepted
            } else if sampled.elementsEqual("0") || sampled.elementsEqual("false") {
                sampling = .denied
            } else {
                return nil
            }
        }
        if let flags, flags.elementsEqual("1") { sampling = .debug }
        switch (traceID, spanID) {
        case (nil, nil):
            if sampling == .deferred { return nil }
            self.init(sampling)
        case (let traceID?, let spanID?):
            guard let (high, low) = Self.traceID(traceID), let span = Self.spanID(spanID) else { return nil }
            self.init(sampling: sampling, traceHigh: high, traceLow: low, span: span)
        default: return nil
        }
    }

    private static func sampling(_ byte: UInt8) -> Sampling? {
        switch byte {
        case UInt8(ascii: "0"): .denied
        case UInt8(ascii: "1"): .accepted
        case UInt8(ascii: "d"): .debug
        default: nil
        }
    }

    private static func traceID(_ text: Bytes) -> (high: UInt64, low: UInt64)? {
        guard text.count == 16 || text.count == 32 else { return nil }
        let high = text.count == 32 ? Hex.parse(text, at: 0, digits: 16) : 0
        guard let high, let low = Hex.parse(text, at: text.count &- 16, digits: 16), high | low != 0 else {
            return nil
        }
        return (high, low)
    }

    private static func spanID(_ text: Bytes) -> UInt64? {
        guard text.count == 16, let id = Hex.parse(text, at: 0, digits: 16), id != 0 else { return nil }
        return id
    }
}
