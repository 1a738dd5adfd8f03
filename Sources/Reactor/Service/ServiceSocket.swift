import CLinux

/// The socket at which a service manager listens for its children's news.
public enum ServiceSocket {
    /// Sends one message. Waits half a second at most; for rare news, and never from a worker.
    ///
    /// - Parameter name: an absolute path, or `@` and an abstract name.
    public static func send(_ text: String, to name: String) throws(ReactorError) {
        let bytes = Array(text.utf8)
        let result = unsafe bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return Int32(0) }
            return unsafe clinux_notify(name, base, raw.count)
        }
        guard result == 0 else { throw ReactorError(.notify, name, SystemError(code: -result)) }
    }
}
