import Substrate
import Telemetry

/// What a `POST /loglevel` asks for: `level=debug`, and perhaps `subsystem=tls`.
struct LogLevelOrder: Equatable {
    let level: LogLevel
    /// Nil for every one.
    let subsystem: LogSubsystem?

    init(query: Bytes) throws(AdminRefusal) {
        let query = try AdminQuery(query, known: ["level", "subsystem"])
        let levels = LogLevel.allCases.map { "\($0.label.text)" }
        guard let level = query["level"].flatMap({ levels.firstIndex(of: $0) }) else {
            throw AdminRefusal("'level' takes one of " + levels.joined(separator: ", "))
        }
        self.level = LogLevel.allCases[level]
        guard let name = query["subsystem"] else {
            subsystem = nil
            return
        }
        let subsystems = LogSubsystem.allCases.map { "\($0.label.text)" }
        guard let found = subsystems.firstIndex(of: name) else {
            throw AdminRefusal("'subsystem' takes one of " + subsystems.joined(separator: ", "))
        }
        subsystem = LogSubsystem.allCases[found]
    }

    /// Puts the order in force.
    func apply(to threshold: LogThreshold) {
        if let subsystem {
            threshold.set(level, for: subsystem)
        } else {
            threshold.set(level)
        }
    }

    /// The levels in force, as JSON.
    static func append(_ threshold: LogThreshold, into output: inout ByteBuffer) {
        var separator: StaticString = "{\"levels\":{\""
        for subsystem in LogSubsystem.allCases {
            output.append(separator)
            output.append(subsystem.label.bytes)
            output.append("\":\"")
            output.append(threshold.level(of: subsystem).label.bytes)
            separator = "\",\""
        }
        output.append("\"}}\n")
    }
}
