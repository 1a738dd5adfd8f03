import Substrate
import Testing

@testable import HTTPTransport

/// Who is next, who is turned away, and how many steps a turn takes.
@Suite struct HandshakeQueueTests {
    private func id(_ number: UInt32) -> SlotID { SlotID(index: number, generation: 1) }

    @Test func `a line keeps its order, however long it gets`() {
        var queue = HandshakeQueue(capacity: 10_000)
        var (added, taken): (UInt32, UInt32) = (0, 0)
        var isInOrder = true
        for round in 0..<500 {
            for _ in 0..<(round % 7 + 1) {
                _ = queue.add(id(added), .begin)
                added += 1
            }
            for _ in 0..<(round % 5) where taken < added {
                isInOrder = isInOrder && queue.next() == id(taken)
                taken += 1
            }
        }
        while let next = queue.next() {
            isInOrder = isInOrder && next == id(taken)
            taken += 1
        }
        #expect(isInOrder && taken == added && queue.isEmpty)
    }

    @Test func `who has begun is not held up behind beginners, nor they behind them`() {
        var queue = HandshakeQueue(capacity: 100)
        for number in 0..<6 { _ = queue.add(id(UInt32(number)), .begin) }
        for number in 10..<13 { _ = queue.add(id(UInt32(number)), .finish) }
        var order: [UInt32] = []
        while let next = queue.next() { order.append(next.index) }
        #expect(order == [10, 0, 11, 1, 12, 2, 3, 4, 5])
    }

    @Test func `beginners up to the limit wait, the next is turned away, and who has begun never is`() {
        var queue = HandshakeQueue(capacity: 3)
        let admitted = (0..<4).map { queue.add(id($0), .begin) }
        #expect(admitted == [true, true, true, false])
        let begun = (10..<20).map { queue.add(id($0), .finish) }
        #expect(begun.allSatisfy { $0 })
        #expect(queue.beginners == 3)
    }

    @Test func `beginners that are gone leave their places`() {
        var queue = HandshakeQueue(capacity: 3)
        for number in UInt32(0)..<3 { _ = queue.add(id(number), .begin) }
        queue.forget { $0.index == 1 }
        let admitted = (queue.add(id(7), .begin), queue.add(id(8), .begin))
        #expect(admitted == (true, false))
        var order: [UInt32] = []
        while let next = queue.next() { order.append(next.index) }
        #expect(order == [0, 2, 7])
    }

    // MARK: The budget

    private func at(_ microseconds: UInt64) -> MonotonicTime {
        MonotonicTime.zero.adding(nanoseconds: microseconds * 1_000)
    }

    /// Steps of 150 µs behind so much other work in the turn.
    private func steps(behind microseconds: UInt64, _ limits: TransportLimits = TransportLimits()) -> Int {
        var budget = HandshakeBudget(limits, turnBegan: .zero, now: at(microseconds))
        var taken = 0
        while taken < 1_000, budget.take(now: at(microseconds + UInt64(taken) * 150)) { taken += 1 }
        return taken
    }

    @Test func `an idle turn takes one step, so that it ends soon`() {
        #expect(steps(behind: 0) == 1)
        #expect(steps(behind: 100) == 1)
    }

    @Test func `a busy turn gives a quarter of its time, and a step that has begun`() {
        // A quarter of 4 ms with the steps: three fourths of it are others' 3 ms.
        #expect(steps(behind: 3_000) == 7)
        #expect(steps(behind: 449) == 1)
        #expect(steps(behind: 451) == 2)
    }

    @Test(arguments: [16, 17]) func `a turn takes so many steps and no more`(_ wanted: Int) {
        var limits = TransportLimits()
        #expect(limits.handshakeStepsPerTurn == 16)
        #expect(steps(behind: 1_000_000, limits) == 16)
        limits.handshakeStepsPerTurn = wanted
        #expect(steps(behind: 1_000_000, limits) == wanted)
    }
}
