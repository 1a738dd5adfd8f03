import Synchronization

/// Messages from any thread to one loop, in the order of posting.
public final class Inbox<Message: Sendable>: Sendable {
    private let waker: Waker
    private let messages = Mutex<[Message]>([])
    private let isFilled = Atomic<Bool>(false)

    public init(waker: Waker) { self.waker = waker }

    public convenience init(loop: EventLoop) { self.init(waker: loop.waker) }

    /// Leaves `message` for the loop and wakes it. Any thread.
    public func post(_ message: sending Message) {
        let isFirst = messages.withLock { waiting in
            waiting.append(message)
            return waiting.count == 1
        }
        // Behind the first message a wake-up is already on its way.
        if isFirst {
            isFilled.store(true, ordering: .releasing)
            waker.wake()
        }
    }

    /// Calls `visit` with every waiting message, oldest first. The loop's thread, once a turn; without messages it costs
    /// one load. `visit` runs without the lock and may post.
    public func drain(_ visit: (Message) -> Void) {
        guard isFilled.load(ordering: .acquiring) else { return }
        isFilled.store(false, ordering: .relaxed)
        let taken = messages.withLock { waiting in
            let all = waiting
            waiting = []
            return all
        }
        for message in taken { visit(message) }
    }
}
