import Telemetry

/// Names of the numbers 1…3; others have none.
struct Names: SeriesNames {
    func serviceName(_ id: UInt32) -> OpenName? {
        name(id, ["backend", "billing", "quote\"back\\slash\nline"])
    }
    func routeName(_ id: UInt32) -> OpenName? { name(id, ["everything", "whatsapp", "genesys"]) }
    func tenantName(_ id: UInt32) -> OpenName? { name(id, ["acme", "globex", "initech"]) }

    private func name(_ id: UInt32, _ names: [String]) -> OpenName? {
        id >= 1 && id <= 3 ? OpenName(configured: names[Int(id) - 1]) : nil
    }
}

extension MetricsRegistry {
    var lines: [String] {
        written {
            render(
                into: &$0, names: Names(),
                build: BuildInfo(version: "1.2.3", revision: "abc", compiler: "6.3"))
        }.split(separator: "\n").map(String.init)
    }

    func value(_ series: String) -> String? {
        lines.first { $0.hasPrefix(series + " ") }.map { String($0.dropFirst(series.count + 1)) }
    }
}
