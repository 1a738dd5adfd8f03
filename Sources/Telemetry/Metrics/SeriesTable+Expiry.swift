import Substrate
import Synchronization

/// Giving idle series up. The writer's, from a timer: a request pays nothing for it.
extension SeriesTable {
    /// Looks at up to `most` places for series that have counted nothing for so many seconds, and retires them.
    ///
    /// A series is found idle at the earliest so long after its last count, and at the latest two rounds of calls later.
    func retireIdle(forSeconds idle: UInt32, most: Int, now: MonotonicTime, wall: WallTime) {
        let seconds = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000_000)
        unsafe state.pointee.secondsNow = seconds
        unsafe state.pointee.wallMilliseconds = wall.milliseconds
        collectFreed()
        let places = unsafe state.pointee.published.load(ordering: .relaxed)
        for _ in 0..<min(most, places) {
            let number = unsafe state.pointee.sweepPosition
            unsafe state.pointee.sweepPosition = number &+ 1 < places ? number &+ 1 : 0
            let series = unsafe place(number)
            let known = unsafe PlaceState(word: placeState(of: series).pointee.load(ordering: .relaxed))
            guard known.kind == .live else { continue }
            let use = unsafe PlaceUse(word: lastUse(of: series).pointee.load(ordering: .relaxed))
            let events = unsafe events(of: series)
            if events != use.seen {
                unsafe lastUse(of: series).pointee.store(
                    PlaceUse(seen: events, seconds: seconds).word, ordering: .relaxed)
            } else if seconds &- use.seconds >= idle {
                unsafe unlink(series)
                let retired = PlaceState(kind: .retired, bornMilliseconds: known.bornMilliseconds)
                unsafe placeState(of: series).pointee.store(retired.word, ordering: .releasing)
                unsafe state.pointee.retired.append(Int32(truncatingIfNeeded: number))
            }
        }
    }

    /// Places that the reader has taken may be used again.
    private func collectFreed() {
        guard unsafe !state.pointee.retired.isEmpty else { return }
        var waiting: [Int32] = []
        for number in unsafe state.pointee.retired {
            let word = unsafe placeState(of: place(Int(number))).pointee.load(ordering: .acquiring)
            if PlaceState(word: word).kind == .free {
                unsafe state.pointee.free.append(number)
            } else {
                waiting.append(number)
            }
        }
        unsafe state.pointee.retired = waiting
    }

    private func events(of series: UnsafeMutablePointer<Cell>) -> UInt32 {
        var sum: UInt64 = 0
        for cell in unsafe 0..<state.pointee.eventCells {
            unsafe sum &+= series[Self.keyWords &+ cell].load(ordering: .relaxed)
        }
        return UInt32(truncatingIfNeeded: sum)
    }
}
