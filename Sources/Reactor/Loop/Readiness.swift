/// What a descriptor is ready for. Raw values are epoll's.
public struct Readiness: OptionSet, Sendable, BitwiseCopyable {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes, a connection to accept, or the end of input.
    public static var `in`: Readiness { Readiness(rawValue: 0x001) }
    /// Room to write; or a connect has ended, well or badly.
    public static var out: Readiness { Readiness(rawValue: 0x004) }
    /// An error is pending: the next call on the descriptor tells which.
    public static var err: Readiness { Readiness(rawValue: 0x008) }
    /// Both directions have ended.
    public static var hup: Readiness { Readiness(rawValue: 0x010) }
    /// The peer has ended its direction.
    public static var rdhup: Readiness { Readiness(rawValue: 0x2000) }
}

/// What a descriptor is watched for, and how.
public struct Interest: OptionSet, Sendable, BitwiseCopyable {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static var `in`: Interest { Interest(rawValue: 0x001) }
    public static var out: Interest { Interest(rawValue: 0x004) }
    public static var rdhup: Interest { Interest(rawValue: 0x2000) }
    /// Of several loops that watch the descriptor, wake one. Only with `in`, `out` and level triggering here.
    public static var exclusive: Interest { Interest(rawValue: 1 << 28) }
    /// Report a change once, not a state until it ends.
    public static var edgeTriggered: Interest { Interest(rawValue: 1 << 31) }

    /// A connection: watched once, for life.
    public static var connection: Interest { [.in, .out, .rdhup, .edgeTriggered] }
    /// A listening socket shared by all workers.
    public static var listener: Interest { [.in, .exclusive] }
}

/// One entry of what the kernel reports: laid out as the calls table's `epollWait` fills it in.
public struct ReadyEvent: Sendable, BitwiseCopyable {
    public var token: UInt64
    public var readiness: Readiness
    var unused: UInt32 = 0

    public init(token: UInt64, readiness: Readiness) {
        self.token = token
        self.readiness = readiness
    }
}
