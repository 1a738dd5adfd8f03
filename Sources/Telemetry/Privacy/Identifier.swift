public import Substrate

/// Bytes that name a person or an account. No writer takes them; `PseudonymKey` turns them into a `Pseudonym`.
@safe public struct Identifier: Classified {
    public static var privacyClass: PrivacyClass { .identifier }

    let bytes: Bytes

    public init(_ bytes: Bytes) { self.bytes = bytes }
}
