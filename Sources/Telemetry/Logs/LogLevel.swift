/// How much an event matters to an operator.
public enum LogLevel: UInt8, Sendable, BitwiseCopyable, CaseIterable, Comparable {
    case debug
    case info
    /// Something is wrong that heals by itself, or that only costs.
    case warning
    /// Something does not work and stays so until someone acts.
    case error

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    public var label: OpenText {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }
}
