import Substrate

/// The snapshots that requests of one worker still read. A plain counter each: one thread.
struct SnapshotPins {
    private struct Pin {
        var snapshot: RuntimeSnapshot?
        var count = 0
    }

    /// A listener that a snapshot has no more, and the last one that had it: connections that it had accepted still ask.
    private struct Farewell {
        let listener: Int32
        let place: Int32
        /// No connection of it comes any more.
        var isSettled = false
    }

    private var pins: [Pin] = []
    private var farewells: [Farewell] = []
    private(set) var current: Int32 = -1
    /// The current snapshot's view.
    private(set) var view: SnapshotView?

    /// Makes `snapshot` the one that new requests get. Returns the former one if nobody reads it any more.
    mutating func install(_ snapshot: RuntimeSnapshot) -> RuntimeSnapshot? {
        let former = current
        let place = pins.firstIndex { $0.snapshot == nil } ?? pins.count
        if place == pins.count { pins.append(Pin()) }
        pins[place] = Pin(snapshot: snapshot)
        bidFarewell(to: former, for: snapshot)
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

    // MARK: Listeners that are gone

    private mutating func bidFarewell(to former: Int32, for snapshot: RuntimeSnapshot) {
        guard former >= 0, let old = pins[Int(former)].snapshot else { return }
        for number in 0..<old.policyListeners.count
        where old.policyListeners[number] >= 0 && snapshot.policyListeners[number] < 0 {
            farewells.append(Farewell(listener: Int32(number), place: former))
            pins[Int(former)].count &+= 1
        }
    }

    /// Moves a request's pin from the current snapshot to the last one with its listener. Nil: there is none.
    mutating func repin(_ place: Int32, toLastOf listener: Int32) -> Int32? {
        guard let last = farewells.last(where: { $0.listener == listener })?.place else { return nil }
        pins[Int(place)].count &-= 1
        pins[Int(last)].count &+= 1
        return last
    }

    /// No connection comes any more of the listeners that are gone by now.
    mutating func settleFarewells() {
        for index in farewells.indices { farewells[index].isSettled = true }
    }

    /// Forgets the listeners that are gone and have no connection left. Calls `dispose` with what nobody reads any more.
    mutating func endFarewells(
        where isForsaken: (_ listener: Int32) -> Bool, _ dispose: (RuntimeSnapshot) -> Void
    ) {
        let over = farewells.filter { $0.isSettled && isForsaken($0.listener) }
        guard !over.isEmpty else { return }
        farewells.removeAll { $0.isSettled && isForsaken($0.listener) }
        for farewell in over {
            if let snapshot = unpin(farewell.place) { dispose(snapshot) }
        }
    }

    /// The view of a pinned snapshot.
    func view(of place: Int32) -> SnapshotView? {
        place == current ? view : pins[Int(place)].snapshot?.view
    }

    var snapshot: RuntimeSnapshot? { current >= 0 ? pins[Int(current)].snapshot : nil }
}
