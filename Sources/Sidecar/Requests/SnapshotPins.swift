import Substrate

/// The snapshots that requests of one worker still read. A plain counter each: one thread.
struct SnapshotPins {
    private struct Pin {
        var snapshot: RuntimeSnapshot?
        var count = 0
    }

    private var pins: [Pin] = []
    private(set) var current: Int32 = -1
    /// The current snapshot's view.
    private(set) var view: SnapshotView?

    /// Makes `snapshot` the one that new requests get. Returns the former one if nobody reads it any more.
    mutating func install(_ snapshot: RuntimeSnapshot) -> RuntimeSnapshot? {
        let former = current
        let place = pins.firstIndex { $0.snapshot == nil } ?? pins.count
        if place == pins.count { pins.append(Pin()) }
        pins[place] = Pin(snapshot: snapshot)
        current = Int32(place)
        view = snapshot.view
        return former >= 0 ? retire(former) : nil
    }

    mutating func pin() -> Int32 {
        pins[Int(current)].count &+= 1
        return current
    }

    /// Returns the snapshot if this was its last reader and it is not the current one.
    mutating func unpin(_ place: Int32) -> RuntimeSnapshot? {
        pins[Int(place)].count &-= 1
        return place == current ? nil : retire(place)
    }

    private mutating func retire(_ place: Int32) -> RuntimeSnapshot? {
        guard pins[Int(place)].count == 0 else { return nil }
        let snapshot = pins[Int(place)].snapshot
        pins[Int(place)].snapshot = nil
        return snapshot
    }

    /// The view of a pinned snapshot.
    func view(of place: Int32) -> SnapshotView? {
        place == current ? view : pins[Int(place)].snapshot?.view
    }

    var snapshot: RuntimeSnapshot? { current >= 0 ? pins[Int(current)].snapshot : nil }
}
