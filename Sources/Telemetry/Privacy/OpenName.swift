/// A configured name, owned: for metric names at scrape time and for operators' events. Not for the request path.
public struct OpenName: Sendable, Hashable, ExpressibleByStringLiteral, Classified {
    public static var privacyClass: PrivacyClass { .open }

    public let text: String

    /// - Parameter text: from configuration, or about it; never from a peer.
    public init(configured text: String) { self.text = text }
    public init(stringLiteral text: StaticString) { self.text = "\(text)" }
}
