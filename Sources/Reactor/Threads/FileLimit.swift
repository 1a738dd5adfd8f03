import CLinux

/// The process's limit of open files.
public enum FileLimit {
    /// Raises the soft limit (`RLIMIT_NOFILE`) to the hard one.
    ///
    /// - Returns: the limit that now holds.
    @discardableResult
    public static func raise() throws(ReactorError) -> Int {
        let result = clinux_raise_file_limit()
        guard result >= 0 else { throw ReactorError(.raiseFileLimit, "", SystemError(result: Int(result))) }
        return Int(result)
    }
}
