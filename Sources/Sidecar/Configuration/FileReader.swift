import Glibc
import MeshModel

/// Reads whole files. Only the configuration thread calls it, and the main thread before there are others.
enum FileReader {
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let reason: String
        var description: String { "\(path): \(reason)" }
    }

    /// - Throws: with the path and the system's reason; also for a file over `maxBytes`.
    static func read(_ path: String, maxBytes: Int) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, reason: systemReason()) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe Glibc.read(descriptor, &piece, piece.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(path: path, reason: systemReason())
            }
            if count == 0 { return content }
            guard content.count + count <= maxBytes else {
                throw Failure(path: path, reason: "larger than \(maxBytes) bytes")
            }
            content.append(contentsOf: piece[..<count])
        }
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Names in a directory that end in `suffix`, sorted by bytes. Hidden names are left out, so that the links that
    /// Kubernetes keeps beside mounted files are not read twice.
    static func names(in directory: String, suffix: String) throws(Failure) -> [String] {
        guard let handle = unsafe opendir(directory) else {
            throw Failure(path: directory, reason: systemReason())
        }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name.hasSuffix(suffix), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    static func systemReason() -> String { unsafe String(cString: strerror(errno)) }
}
