import CLinux

/// Threads with a name and with every asynchronous signal blocked: signals are the admin loop's alone.
public enum Threads {
    /// Longest name in bytes; a longer one is cut. Source: pthread_setname_np(3).
    public static var maxNameBytes: Int { 15 }
    /// 512 KiB: a loop's own frames are small, TLS and schema checks are the deepest.
    public static var defaultStackBytes: Int { 512 * 1024 }

    /// Starts a thread that runs `body` once.
    public static func start(
        name: String, stackBytes: Int = Threads.defaultStackBytes, _ body: @Sendable @escaping () -> Void
    ) throws(ReactorError) -> ThreadHandle {
        // Owned by the new thread from a successful start on.
        let box = unsafe Unmanaged.passRetained(ThreadBody(body))
        var thread: UInt64 = 0
        let result = unsafe clinux_thread_start(
            &thread, name, stackBytes,
            { raw in
                let body = unsafe Unmanaged<ThreadBody>.fromOpaque(raw).takeRetainedValue()
                body.run()
            }, box.toOpaque())
        guard result == 0 else {
            unsafe box.release()
            throw ReactorError(.startThread, name, SystemError(code: -result))
        }
        return ThreadHandle(thread)
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @Sendable @escaping () -> Void) { self.run = run }
}
