import Synchronization

/// The least level written, for each part of the process: changed while it runs and read by every thread.
///
/// An array of fixed length made of one word: four bits a subsystem, so that a change of all is one store.
public final class LogThreshold: Sendable {
    private let levels: Atomic<UInt64>

    public init(_ level: LogLevel = .info) { levels = Atomic(Self.everywhere(level)) }

    /// For every subsystem.
    public func set(_ level: LogLevel) { levels.store(Self.everywhere(level), ordering: .relaxed) }

    /// For one.
    public func set(_ level: LogLevel, for subsystem: LogSubsystem) {
        let shift = Self.shift(subsystem)
        // Two changes at a time must not undo each other.
        levels.bitwiseAnd(~(0xF << shift), ordering: .relaxed)
        levels.bitwiseOr(UInt64(level.rawValue) << shift, ordering: .relaxed)
    }

    public func level(of subsystem: LogSubsystem) -> LogLevel {
        let bits = levels.load(ordering: .relaxed) >> Self.shift(subsystem) & 0xF
        return LogLevel(rawValue: UInt8(bits)) ?? .info
    }

    public func allows(_ level: LogLevel, in subsystem: LogSubsystem) -> Bool {
        level >= self.level(of: subsystem)
    }

    private static func shift(_ subsystem: LogSubsystem) -> UInt64 { UInt64(subsystem.rawValue) &* 4 }

    private static func everywhere(_ level: LogLevel) -> UInt64 {
        UInt64(level.rawValue) &* 0x1111_1111_1111_1111
    }
}
