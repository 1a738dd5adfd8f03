/// What a handler says of a streamed answer, each time it was asked for more of it.
public enum StreamStep: UInt8, Sendable {
    /// Nothing more now: `Transport.continueStream` tells when there is.
    case idle
    /// There is more than was asked for: ask again when the client has read on.
    case more
    /// That was all.
    case end
}
