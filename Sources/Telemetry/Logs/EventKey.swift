/// Tells equal events from different ones: what happened, and optionally to what.
public struct EventKey: BitwiseCopyable, Hashable, Sendable {
    /// Hash of the event's code.
    let event: UInt64
    /// A number of ours: a service's, a listener's, an endpoint's; 0 for none.
    public let subject: UInt64

    public init(_ event: OpenText, subject: UInt64 = 0) {
        // Keyless on purpose: event codes stand in the source, no peer chooses them.
        self.event = SipHash.hash(event.bytes, keyLow: 0, keyHigh: 0)
        self.subject = subject
    }
}
