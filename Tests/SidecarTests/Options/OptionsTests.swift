import MeshModel
import Reactor
import Testing

@testable import Sidecar

@Suite("the command line")
struct OptionsTests {
    private func refusal(_ arguments: String...) -> String? {
        do {
            _ = try SidecarOptions(arguments: arguments)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `defaults are one worker and an admin listener on loopback`() throws {
        let options = try SidecarOptions(arguments: ["--config", "mesh.yaml"])
        #expect(options.mode == .run)
        #expect(options.workers == 1)
        #expect(options.admin == .ipv4([127, 0, 0, 1], port: 15190))
        #expect(options.status == nil)
        #expect(options.stateDirectory == nil)
    }

    @Test func `values come behind a blank or an equals sign`() throws {
        let options = try SidecarOptions(arguments: [
            "--config=a", "--config", "b", "--workers=4", "--admin=unix:/run/admin", "--status",
            "[::1]:15191",
            "--state=/var/lib/outrigger", "--check",
        ])
        #expect(options.configurationPaths == ["a", "b"])
        #expect(options.workers == 4)
        #expect(options.admin == .unix(path: "/run/admin"))
        #expect(options.status != nil)
        #expect(options.stateDirectory == "/var/lib/outrigger")
        #expect(options.mode == .check)
    }

    @Test func `no configuration is refused`() {
        #expect(refusal()?.contains("--config PATH") == true)
        #expect(refusal("--check")?.contains("--config PATH") == true)
        #expect(refusal("--help") == nil)
        #expect(refusal("--version") == nil)
    }

    @Test func `a forgotten value is refused and does not take the next option`() {
        #expect(refusal("--config") == "--config needs a value: --config PATH")
        #expect(refusal("--config", "--check") == "--config needs a value: --config PATH")
        #expect(refusal("--config=") == "--config needs a value: --config PATH")
        #expect(refusal("--config", "a", "--state", "") == "--state needs a value: --state DIR")
    }

    @Test(arguments: ["0", "257", "-1", "two", "1.5", ""])
    func `a number of workers that cannot be is refused`(_ text: String) {
        #expect(refusal("--config", "a", "--workers=" + text)?.contains("--workers") == true)
    }

    @Test(arguments: ["3601s", "61m", "5", "-1s", "soon", "0"])
    func `a time to drain that cannot be is refused`(_ text: String) {
        #expect(
            refusal("--config", "a", "--drain=" + text)?.contains("--drain takes a time from 0s to 1h")
                == true)
    }

    @Test func `a time to drain is accepted within its bounds`() throws {
        #expect(try SidecarOptions(arguments: ["--config", "a"]).drainPeriod == .seconds(5))
        for (text, span) in [
            ("0s", TimeSpan.seconds(0)), ("250ms", .milliseconds(250)), ("1h", .seconds(3600)),
        ] {
            #expect(try SidecarOptions(arguments: ["--config", "a", "--drain", text]).drainPeriod == span)
        }
    }

    @Test func `every worker has a place in a crash report`() {
        #expect(SidecarOptions.maxWorkers == CrashRing.maxWorkers)
    }

    @Test func `workers are accepted up to the limit`() throws {
        #expect(try SidecarOptions(arguments: ["--config", "a", "--workers", "256"]).workers == 256)
    }

    @Test(arguments: ["localhost:80", "127.0.0.1", "127.0.0.1:70000", "[::1]", "unix:"])
    func `an address that is none is refused with the option's name`(_ text: String) {
        #expect(refusal("--config", "a", "--admin", text)?.hasPrefix("--admin \(text): ") == true)
        #expect(refusal("--config", "a", "--status", text)?.hasPrefix("--status \(text): ") == true)
    }

    @Test func `an unknown argument is named`() {
        #expect(refusal("--confg", "a")?.contains("'--confg'") == true)
        #expect(refusal("mesh.yaml")?.contains("'mesh.yaml'") == true)
    }

    @Test(arguments: ["--check=yes", "--help=x", "--version=1"])
    func `a flag takes no value`(_ word: String) {
        #expect(refusal("--config", "a", word)?.contains("takes no value") == true)
    }

    @Test func `the usage names every option and exit code`() {
        for word in ["--config", "--workers", "--admin", "--status", "--state", "--check", "--version"] {
            #expect(SidecarOptions.usage.contains("  \(word)"))
        }
        for code in ["0 stopped", "1 configuration", "2 command line", "3 a listener"] {
            #expect(SidecarOptions.usage.contains(code))
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1:4318", "/v1/traces"), ("http://127.0.0.1:4318/", "/v1/traces"),
        ("http://127.0.0.1:4318/otlp/v1/traces", "/otlp/v1/traces"), ("http://[::1]:4318", "/v1/traces"),
    ])
    func `a collector is an address and a path`(text: String, path: String) throws {
        let options = try SidecarOptions(arguments: ["--config", "a", "--collector", text])
        let collector = try #require(options.collector)
        #expect(collector.path == path)
        #expect(text.hasPrefix("http://\(collector.address)") || text.hasPrefix("http://[::1]:4318"))
    }

    @Test func `a collector that cannot be reached by these words is refused`() {
        func says(_ url: String) -> String { refusal("--config", "a", "--collector", url) ?? "" }
        #expect(says("https://127.0.0.1:4318").contains("https is not in this version"))
        #expect(says("HTTPS://127.0.0.1:4318").contains("https is not in this version"))
        #expect(says("127.0.0.1:4318").contains("must begin with http://"))
        #expect(says("http://user@127.0.0.1:4318").contains("--collector http://user@127.0.0.1:4318"))
        #expect(says("http://unix:/run/a").contains("--collector http://unix:/run/a: "))
        #expect(says("http://127.0.0.1:0").contains("port 0"))
        #expect(says("http://[::1]:0/v1").contains("port 0"))
        #expect(says("http://127.0.0.1:4318/a?b").contains("without a query"))
        #expect(says("http://127.0.0.1:4318/a b").contains("visible ASCII"))
        let path = "/" + String(repeating: "a", count: CollectorURL.maxPathBytes - 1)
        #expect(refusal("--config", "a", "--collector", "http://127.0.0.1:1" + path) == nil)
        #expect(says("http://127.0.0.1:1" + path + "a").contains("1024"))
        #expect(refusal("--config", "a") == nil)
    }
}
