import Glibc

/// What a service manager says to its child by environment variables (sd_notify(3), sd_listen_fds(3),
/// sd_watchdog_enabled(3)).
struct ServiceEnvironment: Equatable {
    /// A socket that the process was started with.
    struct Listener: Equatable {
        var descriptor: Int32
        /// What the service manager calls it; empty for nothing.
        var name = ""
    }

    /// A variable that cannot be what a service manager says.
    struct Refusal: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    /// The first inherited descriptor. Source: sd_listen_fds(3).
    static let firstDescriptor: Int32 = 3
    /// Most inherited sockets.
    static let maxListeners = 256
    /// Longest name of the notification socket. Source: `sockaddr_un`, unix(7).
    static let maxSocketBytes = 107
    static let variables = [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS",
        "LISTEN_FDNAMES",
    ]

    /// An absolute path, or `@` and an abstract name.
    private(set) var notifySocket: String?
    /// The service manager ends a process of which it has heard nothing for so long.
    private(set) var watchdogNanoseconds: UInt64?
    private(set) var listeners: [Listener] = []

    /// - Parameters:
    ///   - process: this process's id: what is meant for another is ignored.
    ///   - variable: nil for one that is not set.
    init(process: Int32, _ variable: (String) -> String?) throws(Refusal) {
        notifySocket = try Self.socket(variable("NOTIFY_SOCKET"))
        if Self.isMeant(variable("WATCHDOG_PID") ?? "\(process)", process),
            let text = variable("WATCHDOG_USEC")
        {
            guard let span = UInt64(text), span > 0, span <= UInt64.max / 1000 else {
                throw Refusal(
                    description: "WATCHDOG_USEC is '\(text)': it takes a number of microseconds over 0")
            }
            watchdogNanoseconds = span * 1000
        }
        if Self.isMeant(variable("LISTEN_PID") ?? "", process), let text = variable("LISTEN_FDS") {
            listeners = try Self.listeners(text, names: variable("LISTEN_FDNAMES") ?? "")
        }
    }

    private static func isMeant(_ text: String, _ process: Int32) -> Bool { Int32(text) == process }

    private static func socket(_ text: String?) throws(Refusal) -> String? {
        guard let text, !text.isEmpty else { return nil }
        let bytes = text.utf8.count
        guard text.hasPrefix("/") || text.hasPrefix("@"), bytes > 1, bytes <= maxSocketBytes else {
            throw Refusal(
                description:
                    "NOTIFY_SOCKET is '\(text)': it takes an absolute path, or @ and a name, of at most \(maxSocketBytes) bytes"
            )
        }
        return text
    }

    private static func listeners(_ text: String, names: String) throws(Refusal) -> [Listener] {
        guard let count = Int(text), count >= 0, count <= maxListeners else {
            throw Refusal(description: "LISTEN_FDS is '\(text)': it takes a number from 0 to \(maxListeners)")
        }
        let given = names.split(separator: ":", omittingEmptySubsequences: false)
        return (0..<count).map { index in
            Listener(
                descriptor: firstDescriptor + Int32(index),
                name: given.count == count ? String(given[index]) : "")
        }
    }

    /// Reads this process's environment, and takes the variables out of it: they are meant for nobody else. Before any
    /// thread starts.
    static func take() throws(Refusal) -> ServiceEnvironment {
        let found = try ServiceEnvironment(process: getpid()) { name in
            unsafe getenv(name).map { unsafe String(cString: $0) }
        }
        for name in variables { _ = unsafe unsetenv(name) }
        return found
    }
}
