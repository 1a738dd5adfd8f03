import Glibc
import Telemetry
import Testing

@testable import Sidecar

/// Every part that tells events has a log level of its own, and so a name in the list.
@Suite("names of subsystems")
struct SubsystemNamesTests {
    private func sources(_ folder: String) -> [String] {
        guard let names = try? FileReader.names(in: folder, suffix: "") else { return [] }
        return names.flatMap { name in
            let path = folder + "/" + name
            if FileReader.isDirectory(path) { return sources(path) }
            guard name.hasSuffix(".swift"), let bytes = try? FileReader.read(path, maxBytes: 1 << 20) else {
                return []
            }
            return [String(decoding: bytes, as: UTF8.self)]
        }
    }

    @Test func `each subsystem that the sources name has a level`() {
        let root = "/" + "\(#filePath)".split(separator: "/").dropLast(4).joined(separator: "/")
        let known = Set(LogSubsystem.allCases.map { "\($0.label.text)" })
        var found: Set<String> = []
        for text in sources(root + "/Sources/Sidecar") {
            for match in text.matches(of: #/(?:subsystem: |\btell\(\s*(?:\.\w+, )?)"(\w+)"/#) {
                found.insert(String(match.1))
            }
        }
        #expect(found.isSuperset(of: ["config", "tls", "log", "listener"]))
        #expect(found.subtracting(known).isEmpty)
    }
}
