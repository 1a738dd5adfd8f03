import MeshModel
import Telemetry

extension SnapshotBuilder {
    /// A listener's access log, compiled.
    func rule(_ spec: AccessLogSpec?) -> AccessLogRule {
        guard let spec, let number = logs.number(of: spec.path) else { return .none }
        var rule = AccessLogRule(
            log: number, samplePartsPerMillion: spec.effectiveSample.partsPerMillion)
        for condition in spec.when {
            switch condition {
            case .always: rule.keepAll()
            case .errors: rule.keepErrors()
            case .refusals: rule.keepReasons()
            case .statusClass(let number): rule.keep(statusClass: UInt8(number))
            case .slow(let span): rule.keepSlow(nanoseconds: span.nanoseconds)
            }
        }
        return rule
    }

    /// The logs that a configuration names.
    func logFiles(of configuration: MeshConfiguration) -> [AccessLogFile] {
        configuration.listeners.compactMap { listener in
            listener.spec.accessLog.flatMap { logs.number(of: $0.path) }.flatMap { logs.file($0) }
        }
    }

    /// Gives up the logs that no snapshot names any more. Returns their paths.
    mutating func releaseUnusedLogs() -> [String] { logs.releaseUnused() }

    /// Opens every log by its path again.
    mutating func reopenLogs() -> (count: Int, failures: [FileReader.Failure]) { logs.reopen() }
}
