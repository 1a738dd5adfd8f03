/// What may be done with a value. Every value that telemetry writes has a type, and the type has a class.
///
/// Writers of logs and metrics take types of class `open` only. Bytes from a peer have no class and therefore no way
/// in: a writer that took them would not compile.
public enum PrivacyClass: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Written by us or by whoever configures the mesh: names, templates, codes, numbers, our own ids.
    case open
    /// Names a person or an account: phone number, wamid, BSUID, agent. Leaves only as a keyed pseudonym.
    case identifier
    /// What people wrote or sent. Never leaves.
    case content
    /// Keys, tokens, passwords. Never leaves, and is not kept longer than needed.
    case secret
}

/// A type whose values belong to one privacy class.
public protocol Classified {
    static var privacyClass: PrivacyClass { get }
}
