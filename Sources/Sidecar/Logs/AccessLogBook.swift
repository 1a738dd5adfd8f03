import Glibc
import Reactor

/// The access logs' files by path, over all configurations. The configuration thread opens them, so that a path that
/// cannot be written to is a configuration's problem and not a silence; the log thread writes, and closes.
struct AccessLogBook {
    private struct Entry {
        var file: AccessLogFile
        var descriptor: FileDescriptor
    }

    /// By number. The place of a log that no snapshot names any more is free for another.
    private var entries: [Entry?] = []

    /// By number; -1 for a free place.
    var descriptors: [FileDescriptor] { entries.map { $0?.descriptor ?? -1 } }

    /// The number of a log that is open.
    func number(of path: String) -> Int32? {
        entries.firstIndex { $0?.file.path == path }.map { Int32($0) }
    }

    /// What a snapshot that names the log holds.
    func file(_ number: Int32) -> AccessLogFile? { entries[Int(number)]?.file }

    /// Files opened for one configuration.
    struct Opened {
        fileprivate var files: [(path: String, descriptor: FileDescriptor, isNew: Bool)] = []
        /// Why the others could not be.
        fileprivate(set) var problems: [FileReader.Failure] = []
    }

    /// Opens what is not open yet.
    func open(_ paths: [String]) -> Opened {
        var opened = Opened()
        for path in paths where number(of: path) == nil && !opened.files.contains(where: { $0.path == path })
        {
            do {
                let (descriptor, isNew) = try Self.open(path)
                opened.files.append((path, descriptor, isNew))
            } catch {
                opened.problems.append(error)
            }
        }
        return opened
    }

    mutating func keep(_ opened: Opened) {
        for (path, descriptor, _) in opened.files {
            let entry = Entry(file: AccessLogFile(path: path), descriptor: descriptor)
            if let free = entries.firstIndex(where: { $0 == nil }) {
                entries[free] = entry
            } else {
                entries.append(entry)
            }
        }
    }

    /// Gives up the logs that no snapshot holds. Returns their paths.
    mutating func releaseUnused() -> [String] {
        var paths: [String] = []
        for number in entries.indices {
            guard var entry = entries[number] else { continue }
            entries[number] = nil
            if isKnownUniquelyReferenced(&entry.file) {
                paths.append(entry.file.path)
            } else {
                entries[number] = entry
            }
        }
        return paths
    }

    /// Opens every file by its path again: what a rotation has put there. One that cannot be opened stays as it is.
    mutating func reopen() -> (count: Int, failures: [FileReader.Failure]) {
        var count = 0
        var failures: [FileReader.Failure] = []
        for number in entries.indices {
            guard let path = entries[number]?.file.path, Self.standard(path) == nil else { continue }
            do {
                entries[number]?.descriptor = try Self.open(path).0
                count += 1
            } catch {
                failures.append(error)
            }
        }
        return (count, failures)
    }

    /// For a configuration that was refused: leaves no empty file behind.
    static func discard(_ opened: Opened) {
        for (path, descriptor, isNew) in opened.files where descriptor > STDERR_FILENO {
            if isNew { _ = unsafe unlink(path) }
            _ = close(descriptor)
        }
    }

    /// Whether `open` would succeed, as far as that can be told without making a file.
    static func check(_ path: String) throws(FileReader.Failure) {
        if standard(path) != nil { return }
        if FileReader.isDirectory(path) { throw failure(path, "it is a directory") }
        if unsafe access(path, W_OK) == 0 { return }
        guard errno == ENOENT else { throw failure(path, FileReader.systemReason()) }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard unsafe access(folder, W_OK | X_OK) == 0 else { throw failure(path, FileReader.systemReason()) }
    }

    private static func standard(_ path: String) -> FileDescriptor? {
        switch path {
        case "/dev/stdout": STDOUT_FILENO
        case "/dev/stderr": STDERR_FILENO
        default: nil
        }
    }

    private static func open(_ path: String) throws(FileReader.Failure) -> (FileDescriptor, isNew: Bool) {
        if let standard = standard(path) { return (standard, false) }
        // Non-blocking: a pipe that nobody reads must not stop this thread.
        let flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK
        let made = unsafe Glibc.open(path, flags | O_CREAT | O_EXCL, 0o640)
        if made >= 0 { return (made, true) }
        let found = unsafe Glibc.open(path, flags)
        guard found >= 0 else { throw failure(path, FileReader.systemReason()) }
        return (found, false)
    }

    private static func failure(_ path: String, _ reason: String) -> FileReader.Failure {
        FileReader.Failure(path: path, reason: "the access log cannot be opened: \(reason)")
    }
}
