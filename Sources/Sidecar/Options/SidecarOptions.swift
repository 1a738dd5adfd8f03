public import MeshModel

/// The command line, understood.
public struct SidecarOptions: Sendable, Equatable {
    public enum Mode: Sendable, Equatable { case run, check, help, version }

    public var mode = Mode.run
    public var configurationPaths: [String] = []
    public var workers = 1
    public var admin = MeshAddress.ipv4([127, 0, 0, 1], port: 15190)
    public var status: MeshAddress?
    public var stateDirectory: String?
    /// How long new connections are let in once the process was told to end.
    public var drainPeriod = Drain.defaultPeriod
    /// Where spans go. Nil: none are recorded.
    public var collector: CollectorURL?

    /// Most workers: one a core is enough on any machine.
    public static let maxWorkers = 256

    public init() {}

    /// A command line that cannot be followed: what is wrong and what would be right.
    public struct Refusal: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// - Parameter arguments: without the program's name.
    public init(arguments: [String]) throws(Refusal) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            let (name, inline) = Self.split(word)
            func value(_ shape: String) throws(Refusal) -> String {
                // A forgotten value must not swallow the next option.
                let next = inline ?? (rest.first?.hasPrefix("--") == true ? nil : rest.popFirst())
                guard let next, !next.isEmpty else {
                    throw Refusal(description: "\(name) needs a value: \(name) \(shape)")
                }
                return next
            }
            func flag(_ chosen: Mode) throws(Refusal) {
                guard inline == nil else { throw Refusal(description: "\(name) takes no value") }
                mode = chosen
            }
            switch name {
            case "--config": configurationPaths.append(try value("PATH"))
            case "--workers": workers = try Self.workers(value("N"))
            case "--admin": admin = try Self.address(value("ADDR"), of: name)
            case "--status": status = try Self.address(value("ADDR"), of: name)
            case "--state": stateDirectory = try value("DIR")
            case "--drain": drainPeriod = try Self.drainPeriod(value("TIME"))
            case "--collector": collector = try Self.collector(value("URL"))
            case "--check": try flag(.check)
            case "--help", "-h": try flag(.help)
            case "--version": try flag(.version)
            default:
                throw Refusal(
                    description: "unknown argument '\(word)'; outrigger-sidecar --help lists them all")
            }
        }
        if configurationPaths.isEmpty, mode == .run || mode == .check {
            throw Refusal(
                description: "no configuration: --config PATH names a file or a directory of *.yaml files")
        }
    }

    private static func split(_ word: String) -> (String, String?) {
        guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    private static func workers(_ text: String) throws(Refusal) -> Int {
        guard let count = Int(text), count >= 1, count <= maxWorkers else {
            throw Refusal(
                description: "--workers takes a whole number from 1 to \(maxWorkers), not '\(text)'")
        }
        return count
    }

    private static func drainPeriod(_ text: String) throws(Refusal) -> TimeSpan {
        guard let span = TimeSpan(parsing: text), span <= Drain.maxPeriod else {
            throw Refusal(
                description:
                    "--drain takes a time from 0s to \(Drain.maxPeriod), like 5s or 250ms, not '\(text)'")
        }
        return span
    }

    private static func address(_ text: String, of name: String) throws(Refusal) -> MeshAddress {
        do {
            return try MeshAddress(parsing: text)
        } catch {
            throw Refusal(description: "\(name) \(text): \(error)")
        }
    }

    private static func collector(_ text: String) throws(Refusal) -> CollectorURL {
        do {
            return try CollectorURL(parsing: text)
        } catch {
            throw Refusal(description: "--collector \(text): \(error)")
        }
    }

    public static let usage = """
        outrigger-sidecar --config PATH [--config PATH …] [options]

          --config PATH    a configuration file, or a directory of *.yaml files; may be repeated
          --workers N      worker threads (default 1)
          --admin ADDR     admin listener: IPv4:port, [IPv6]:port or unix:/path (default 127.0.0.1:15190)
          --status ADDR    listener for /healthz, /readyz and /metrics only (default: none)
          --state DIR      directory for state that outlives a restart; made when it is not there
          --drain TIME     how long new connections are let in once told to end, 0s to 1h (default 5s)
          --collector URL  where spans go, by OTLP/HTTP: http://IPv4:port[/path] (default: none are recorded)
          --check          read and check the configuration, print every problem, and exit
          --version        print the version and exit

        SIGHUP reads the configuration again: it is taken whole, or refused whole with its problems in the log.
        SIGTERM, SIGINT and POST /drain end the process: every answer says "Connection: close", listeners close after
        --drain, requests under way then have 5 s. A second signal ends it at once.

        Exit codes: 0 stopped or checked well; 1 configuration refused; 2 command line refused; 3 a listener, a file,
        a thread or the service manager's environment could not be had; by a signal (128 + its number) after a crash.
        """
}
