import Testing

@testable import Telemetry

@Suite struct LogThresholdTests {
    @Test func `one subsystem's level is its own`() {
        let threshold = LogThreshold(.info)
        threshold.set(.debug, for: .tls)
        for subsystem in LogSubsystem.allCases {
            #expect(threshold.allows(.debug, in: subsystem) == (subsystem == .tls))
            #expect(threshold.allows(.info, in: subsystem))
        }
        threshold.set(.error, for: .tls)
        #expect(!threshold.allows(.warning, in: .tls))
        #expect(threshold.level(of: .config) == .info)
    }

    @Test(arguments: LogLevel.allCases) func `a level for all is each one's`(level: LogLevel) {
        let threshold = LogThreshold()
        threshold.set(.debug, for: .upstream)
        threshold.set(level)
        #expect(LogSubsystem.allCases.allSatisfy { threshold.level(of: $0) == level })
    }

    @Test func `names lead back to subsystems`() {
        for subsystem in LogSubsystem.allCases { #expect(LogSubsystem(subsystem.label) == subsystem) }
        #expect(LogSubsystem("nobody") == nil)
        #expect(LogSubsystem.allCases.count <= 16)
    }
}
