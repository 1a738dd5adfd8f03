import MeshModel
import Reactor
import Substrate
import Telemetry

/// What the configuration thread does for logs, and tells in one.
extension ConfigurationThread {
    /// `SIGUSR1`: a rotation has renamed files.
    func reopen() {
        let (count, failures) = builder.reopenLogs()
        logs.setFiles(builder.logs.descriptors)
        for failure in failures {
            tell(.error, "log", "log.reopen_failed") {
                $0.add("path", .name(OpenName(configured: failure.path)))
                $0.add("problem", .name(OpenName(configured: failure.reason)))
            }
        }
        tell(.info, "log", "log.reopened") { $0.add("files", .count(UInt64(count))) }
    }

    /// Closes the files that no configuration in use names.
    func closeUnusedLogs() {
        let paths = builder.releaseUnusedLogs()
        guard !paths.isEmpty else { return }
        logs.setFiles(builder.logs.descriptors)
        for path in paths {
            tell(.info, "log", "log.closed") { $0.add("path", .name(OpenName(configured: path))) }
        }
    }

    /// Listeners that the last built snapshot has opened, and those that it has given up.
    func tellListeners(since former: ListenerBook) {
        for (number, entry) in builder.book.entries.enumerated() {
            let wasOpen = former.entries.indices.contains(number) && former.entries[number].isOpen
            guard entry.isOpen != wasOpen else { continue }
            tell(.info, "listener", entry.isOpen ? "listener.opened" : "listener.closing") {
                $0.add("listener", .name(OpenName(configured: entry.name)))
                $0.add("address", .name(OpenName(configured: "\(entry.address)")))
                $0.add("role", .name(OpenName(configured: entry.role.rawValue)))
            }
        }
    }

    private func tell(
        _ level: LogLevel, _ subsystem: OpenText, _ code: OpenText, _ fill: (inout EventRecord) -> Void
    ) {
        guard logs.tells(level, in: subsystem) else { return }
        var event = EventRecord(level: level, time: calls.realtime(), subsystem: subsystem, event: code)
        fill(&event)
        logs.record(event)
    }
}
