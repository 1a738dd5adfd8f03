/// Whether a watched connection may have bytes to read: the whole rule of edge triggering, as a value.
///
/// The kernel reports a change once. `mayHaveInput` remembers it: set by every signal of input or of an end, cleared
/// only by a read that would block or by a short one. Whoever stops reading early (an answer in flight, a full peer, a
/// quantum used up) leaves it set; whoever makes room puts the connection back on the loop's list of work while it is
/// set. A short read proves that the socket is drained only while no end was signalled: the end itself may still wait
/// behind it, and no second edge will tell.
public struct InputState: BitwiseCopyable, Equatable, Sendable {
    private struct Flags: OptionSet, BitwiseCopyable, Sendable {
        var rawValue: UInt8
        static var mayHaveInput: Flags { Flags(rawValue: 1) }
        static var peerClosed: Flags { Flags(rawValue: 2) }
        static var hungUp: Flags { Flags(rawValue: 4) }
        static var failed: Flags { Flags(rawValue: 8) }
        static var endOfInput: Flags { Flags(rawValue: 16) }
    }

    private var flags: Flags

    /// A connection just watched: nothing is known to have come. An accepted one may be read at once all the same; if
    /// that would block, nothing is lost.
    public init() { flags = [] }

    /// A read may bring something: bytes, the end, or an error.
    public var mayHaveInput: Bool { flags.contains(.mayHaveInput) }

    /// The peer has ended its direction, or all is over. What it sent before may still be unread.
    public var peerClosed: Bool { flags.contains(.peerClosed) }

    /// Both directions are over: nothing written will arrive.
    public var hungUp: Bool { flags.contains(.hungUp) }

    /// An error was signalled: the next read, or `takeError`, tells which.
    public var failed: Bool { flags.contains(.failed) }

    /// A read has met the end, or failed. No more reads.
    public var endOfInput: Bool { flags.contains(.endOfInput) }

    public mutating func signalled(_ readiness: Readiness) {
        if !readiness.isDisjoint(with: [.in, .rdhup, .hup, .err]) && !endOfInput {
            flags.insert(.mayHaveInput)
        }
        if !readiness.isDisjoint(with: [.rdhup, .hup]) { flags.insert(.peerClosed) }
        if readiness.contains(.hup) { flags.insert([.hungUp, .peerClosed]) }
        if readiness.contains(.err) { flags.insert(.failed) }
    }

    /// A read of up to `capacity` bytes brought `count`. 0 is the end of input.
    public mutating func didRead(count: Int, capacity: Int) {
        precondition(capacity > 0, "a read has room, or its 0 would not be the end")
        if count == 0 {
            didEnd()
        } else if count < capacity, flags.isDisjoint(with: [.peerClosed, .hungUp, .failed]) {
            flags.remove(.mayHaveInput)
        }
    }

    /// A read answered EAGAIN: the socket is drained whatever was signalled.
    public mutating func didBlock() { flags.remove(.mayHaveInput) }

    /// A read failed for good: input is over.
    public mutating func didFail() {
        flags.insert([.failed, .peerClosed])
        didEnd()
    }

    private mutating func didEnd() {
        flags.insert([.endOfInput, .peerClosed])
        flags.remove(.mayHaveInput)
    }
}
