import Substrate

/// A part of the process that tells events, with a log level of its own.
public enum LogSubsystem: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case admin, config, drain, listener, log, process, service, spans, tap, tls, upstream

    /// As `EventRecord.subsystem` and `/loglevel` name it.
    public var label: OpenText {
        switch self {
        case .admin: "admin"
        case .config: "config"
        case .drain: "drain"
        case .listener: "listener"
        case .log: "log"
        case .process: "process"
        case .service: "service"
        case .spans: "spans"
        case .tap: "tap"
        case .tls: "tls"
        case .upstream: "upstream"
        }
    }

    /// Nil for a name that no part has.
    public init?(_ label: OpenText) {
        guard let found = Self.allCases.first(where: { $0.label.bytes.elementsEqual(label.bytes) }) else {
            return nil
        }
        self = found
    }
}
