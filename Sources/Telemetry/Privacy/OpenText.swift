public import Substrate

/// Text that stands in the source code: open by construction, since no run-time value can become a `StaticString`.
public struct OpenText: Sendable, BitwiseCopyable, ExpressibleByStringLiteral, Classified {
    public static var privacyClass: PrivacyClass { .open }

    public let text: StaticString

    public init(_ text: StaticString) { self.text = text }
    public init(stringLiteral text: StaticString) { self.text = text }

    public var bytes: Bytes { Bytes(text) }
    public var isEmpty: Bool { text.utf8CodeUnitCount == 0 }
}
