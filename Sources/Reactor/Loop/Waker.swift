import Synchronization

/// Ends a loop's wait from another thread.
///
/// Wake-ups between two turns of the loop cost one system call together.
public final class Waker: Sendable {
    private let calls: SystemCalls
    private let event: FileDescriptor
    private let isPending = Atomic<Bool>(false)

    init(calls: SystemCalls, event: FileDescriptor) {
        self.calls = calls
        self.event = event
    }

    deinit { calls.close(event) }

    public func wake() {
        if isPending.exchange(true, ordering: .acquiringAndReleasing) { return }
        calls.eventWrite(event, 1)
    }

    /// From here on a wake-up needs a new event. Comes before the loop looks at what it was woken for.
    func loopIsAwake() { _ = isPending.exchange(false, ordering: .acquiringAndReleasing) }
}
