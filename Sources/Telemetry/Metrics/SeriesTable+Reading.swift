import Substrate
import Synchronization

/// The reader's side: safe beside the writer, and never makes it wait. One reader at a time.
extension SeriesTable {
    /// Appends every series to `snapshot`, and takes the retired ones' counts: the snapshot must keep them.
    func read(into snapshot: inout SeriesSnapshot) {
        let places = unsafe state.pointee.published.load(ordering: .acquiring)
        let cells = unsafe state.pointee.cellCount
        for number in 0..<places {
            let series = unsafe place(number)
            let known = unsafe PlaceState(word: placeState(of: series).pointee.load(ordering: .acquiring))
            guard known.kind != .free else { continue }
            unsafe snapshot.beginSeries(
                Self.key(of: series), isLive: known.kind == .live, bornMilliseconds: known.bornMilliseconds)
            for cell in 0..<cells {
                unsafe snapshot.appendCell(series[Self.keyWords &+ cell].load(ordering: .relaxed))
            }
            if known.kind == .retired {
                let free = PlaceState(kind: .free, bornMilliseconds: 0)
                unsafe placeState(of: series).pointee.store(free.word, ordering: .releasing)
            } else if let block = unsafe exemplars(of: series) {
                snapshot.appendExemplars(of: block)
            }
        }
    }

    /// Calls `body` with the key of every series that is counted in. Takes nothing.
    func forEachLive(_ body: (SeriesKey) -> Void) {
        let places = unsafe state.pointee.published.load(ordering: .acquiring)
        for number in 0..<places {
            let series = unsafe place(number)
            let word = unsafe placeState(of: series).pointee.load(ordering: .acquiring)
            if PlaceState(word: word).kind == .live { unsafe body(Self.key(of: series)) }
        }
    }
}
