/// Stands for one open access log. Snapshots hold those that they name: with the last of them the file closes.
final class AccessLogFile: Sendable {
    let path: String

    init(path: String) { self.path = path }
}
