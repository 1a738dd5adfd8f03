import Substrate

/// Connections whose TLS handshake can go on and must wait for its turn, in the order of their coming. Knows names only.
///
/// Handshakes that have begun are in a line of their own, which alternates with the line of those that have not: what
/// was done for them is not lost behind a flood of beginners. Only beginners are turned away, the newest first: whoever
/// waits longest is next.
struct HandshakeQueue {
    enum Stage {
        /// Nothing was done for it yet.
        case begin
        /// A flight of ours was sent: most of the work is done.
        case finish
    }

    private var beginning = SlotLine()
    private var finishing = SlotLine()
    private var takesFinishing = true
    /// Beginners that may wait.
    let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    var isEmpty: Bool { beginning.isEmpty && finishing.isEmpty }
    var beginners: Int { beginning.count }

    /// Who finishes is always let in: there are no more of them than were let begin.
    /// - Returns: false when there is no room for a beginner. `forget` may make some.
    mutating func add(_ id: SlotID, _ stage: Stage) -> Bool {
        switch stage {
        case .finish: finishing.append(id)
        case .begin:
            guard beginning.count < capacity else { return false }
            beginning.append(id)
        }
        return true
    }

    /// Takes who is next. It may have gone meanwhile.
    mutating func next() -> SlotID? {
        defer { takesFinishing.toggle() }
        if takesFinishing { return finishing.popFirst() ?? beginning.popFirst() }
        return beginning.popFirst() ?? finishing.popFirst()
    }

    /// Drops beginners that are gone.
    mutating func forget(where isGone: (SlotID) -> Bool) { beginning.remove(where: isGone) }
}

/// A line of names: first in, first out.
private struct SlotLine {
    private var names: [SlotID] = []
    private var first = 0

    var count: Int { names.count &- first }
    var isEmpty: Bool { first == names.count }

    mutating func append(_ id: SlotID) { names.append(id) }

    mutating func popFirst() -> SlotID? {
        guard first < names.count else { return nil }
        let id = names[first]
        first &+= 1
        // Moving what is left costs no more than the places that it frees.
        if first == names.count || first >= 64 && first &* 2 >= names.count {
            names.removeFirst(first)
            first = 0
        }
        return id
    }

    mutating func remove(where isGone: (SlotID) -> Bool) {
        names.removeFirst(first)
        first = 0
        names.removeAll(where: isGone)
    }
}
