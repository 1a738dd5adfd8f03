import Glibc

/// Where state that outlives a restart goes: made at the start, so that a path that cannot be used is told at once and
/// not when there is something to keep.
enum StateDirectory {
    /// - Throws: with the path and the system's reason.
    static func prepare(_ path: String) throws(FileReader.Failure) {
        // Keys will lie in it: nobody else's business.
        if unsafe mkdir(path, 0o700) != 0, errno != EEXIST {
            throw FileReader.Failure(
                path: path, reason: "the state directory cannot be made: \(FileReader.systemReason())")
        }
        guard FileReader.isDirectory(path) else {
            throw FileReader.Failure(path: path, reason: "the state directory's path is a file's")
        }
        guard unsafe access(path, R_OK | W_OK | X_OK) == 0 else {
            throw FileReader.Failure(
                path: path, reason: "the state directory cannot be written: \(FileReader.systemReason())")
        }
    }
}
