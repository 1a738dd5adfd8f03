import Substrate

/// Tells equal events from different ones: what happened, and optionally to what.
public struct EventKey: BitwiseCopyable, Sendable, Equatable {
    /// The event's code.
    public let event: OpenText
    /// A number of ours: a service's, a listener's, an endpoint's; 0 for none.
    public let subject: UInt64

    public init(_ event: OpenText, subject: UInt64 = 0) {
        self.event = event
        self.subject = subject
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.subject == right.subject && left.event.bytes.elementsEqual(right.event.bytes)
    }
}
