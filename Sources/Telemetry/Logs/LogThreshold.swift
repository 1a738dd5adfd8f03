import Synchronization

/// The least level written, changed while the process runs and read by every thread.
public final class LogThreshold: Sendable {
    private let level: Atomic<UInt8>

    public init(_ level: LogLevel = .info) { self.level = Atomic(level.rawValue) }

    public func set(_ level: LogLevel) { self.level.store(level.rawValue, ordering: .relaxed) }

    public func allows(_ level: LogLevel) -> Bool {
        level.rawValue >= self.level.load(ordering: .relaxed)
    }
}
