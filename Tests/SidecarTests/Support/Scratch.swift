import Glibc

/// A directory of a test's own, gone with it.
final class Scratch {
    let path: String

    init() {
        var template = Array("/tmp/outrigger-test-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) != nil }
        precondition(made, "a temporary directory can be made")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    func path(_ name: String) -> String { path + "/" + name }

    @discardableResult
    func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) -> String {
        let descriptor = unsafe Glibc.open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(descriptor >= 0, "a scratch file can be made")
        precondition(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count, "and written")
        close(descriptor)
        return path(name)
    }

    /// A descriptor that appends to a file; it stays open.
    func open(_ name: String) -> Int32 {
        let descriptor = unsafe Glibc.open(path(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "a scratch file can be opened")
        return descriptor
    }

    func makeDirectory(_ name: String) -> String {
        unsafe mkdir(path(name), 0o700)
        return path(name)
    }

    func exists(_ name: String) -> Bool { unsafe access(path(name), F_OK) == 0 }

    private static func remove(_ path: String) {
        if let directory = unsafe opendir(path) {
            var names: [String] = []
            while let entry = unsafe readdir(directory) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                }
                if name != ".", name != ".." { names.append(name) }
            }
            unsafe closedir(directory)
            for name in names { remove(path + "/" + name) }
            unsafe rmdir(path)
        } else {
            unsafe unlink(path)
        }
    }
}
