/// The process that spans come from.
public struct SpanResource: Sendable {
    /// Another one at each start.
    public var instance: RequestID
    public var version: OpenName

    public init(instance: RequestID, version: OpenName) {
        self.instance = instance
        self.version = version
    }
}
