internal import Substrate

/// For configuration and records off the request path: these allocate.
extension JSONWriter {
    public mutating func key(text: String) {
        Array(text.utf8).withBytes { key($0) }
    }

    public mutating func string(text: String) {
        Array(text.utf8).withBytes { string($0) }
    }

    /// The shortest digits that read back as `value`; null when it is not finite, which JSON cannot say.
    public mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        Array(value.description.utf8).withBytes { raw($0) }
    }
}
