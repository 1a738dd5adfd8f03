import CLinux
import Synchronization

/// A started thread, to be waited for.
public final class ThreadHandle: Sendable {
    private let thread: UInt64
    private let isJoined = Atomic<Bool>(false)

    init(_ thread: UInt64) { self.thread = thread }

    /// Waits until the thread's body has returned. Only the first call waits.
    public func join() {
        if isJoined.exchange(true, ordering: .acquiringAndReleasing) { return }
        let result = clinux_thread_join(thread)
        precondition(result == 0, "a thread is joined once, and never by itself")
    }
}
