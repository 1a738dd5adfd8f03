/// A session could not be made: OpenSSL is out of memory.
public struct TLSError: Error, Equatable, CustomStringConvertible {
    /// The call that failed.
    public enum Step: Sendable { case createSession, createChannel, setServerName }

    public let step: Step

    init(during step: Step) { self.step = step }

    public var description: String { "TLS session not created, step \(step): out of memory" }
}
