import Reactor
import Substrate
import Synchronization

/// One open tap, as workers see it: what it wants, and how much more it may have.
///
/// Workers only add to it; `or-admin` takes. Nobody waits for anybody.
final class TapSession: Sendable {
    /// Most bytes of events on their way from the workers into the answer. What comes on top is dropped and counted.
    static let maxWaitingBytes = 1 << 20

    let order: TapOrder
    private let inbox: Inbox<TapEvent>
    /// The second since the clock's start in the upper half, the events of that second in the lower one.
    private let rate = Atomic<UInt64>(0)
    private let admitted = Atomic<Int>(0)
    private let waiting = Atomic<Int>(0)
    private let overRate = Atomic<UInt64>(0)
    private let overBuffer = Atomic<UInt64>(0)

    init(_ order: TapOrder, inbox: Inbox<TapEvent>) {
        self.order = order
        self.inbox = inbox
    }

    /// Events that matched and were given up, so far: by the rate, and because the reader is slow.
    var dropped: (rate: UInt64, buffer: UInt64) {
        (overRate.load(ordering: .relaxed), overBuffer.load(ordering: .relaxed))
    }

    /// Whether another event that matches may be shown. A worker's thread.
    func admits(now: MonotonicTime) -> Bool {
        guard admitted.load(ordering: .relaxed) < order.events else { return false }
        guard takeRate(second: now.nanoseconds / 1_000_000_000) else {
            overRate.wrappingAdd(1, ordering: .relaxed)
            return false
        }
        return admitted.wrappingAdd(1, ordering: .relaxed).oldValue < order.events
    }

    private func takeRate(second: UInt64) -> Bool {
        var found = rate.load(ordering: .relaxed)
        while true {
            let isNew = found >> 32 != second & 0xFFFF_FFFF
            let count = isNew ? 0 : found & 0xFFFF_FFFF
            guard count < UInt64(order.eventsPerSecond) else { return false }
            let wanted = (second & 0xFFFF_FFFF) << 32 | (count &+ 1)
            let (done, now) = rate.compareExchange(expected: found, desired: wanted, ordering: .relaxed)
            if done { return true }
            found = now
        }
    }

    /// Leaves an event's line for the answer. False, and counted, when too much waits already. A worker's thread.
    func post(_ line: [UInt8]) -> Bool {
        guard waiting.wrappingAdd(line.count, ordering: .relaxed).newValue <= Self.maxWaitingBytes else {
            waiting.wrappingSubtract(line.count, ordering: .relaxed)
            overBuffer.wrappingAdd(1, ordering: .relaxed)
            return false
        }
        inbox.post(TapEvent(session: self, line: line))
        return true
    }

    /// A line went into the answer, or nowhere.
    func took(_ line: [UInt8]) { waiting.wrappingSubtract(line.count, ordering: .relaxed) }
}

/// One event on its way to `or-admin`.
struct TapEvent: Sendable {
    let session: TapSession
    /// A whole line, its line feed included.
    let line: [UInt8]
}
