import Glibc
internal import Substrate

/// The member names of one document, found again by a seeded hash: how duplicates are detected in one probe a name.
///
/// One table serves all objects of all documents: an entry carries its object, and belongs to the current document
/// only if it carries its number, so that nothing is cleared from parse to parse.
@safe struct JSONKeySet: ~Copyable {
    enum Outcome { case fresh, duplicate, collisions }

    private struct Entry: BitwiseCopyable {
        var document: UInt32
        var hash: UInt32
        /// Tape index of the object.
        var object: UInt32
        /// Tape index of the name.
        var name: UInt32
    }

    private static var initialSlots: Int { 128 }
    /// Probes past the first that a document may cost: a half-full table needs fewer than one a name on average, so
    /// only names made for a known seed get there.
    private static var freeProbes: Int { 4096 }
    private static var probesPerName: Int { 16 }

    private var slots: UnsafeMutablePointer<Entry>?
    private var mask = -1
    private var used = 0
    private var probes = 0
    private var document: UInt32 = 0
    private let seed: UInt64
    private let factor: UInt64

    init(seed: UInt64) {
        unsafe slots = nil
        self.seed = seed
        factor = (seed &* 0x9E37_79B9_7F4A_7C15) ^ 0xD6E8_FEB8_6659_FD93 | 1
    }

    deinit { unsafe free(slots) }

    /// Memory held, in bytes.
    var heldBytes: Int { (mask + 1) * MemoryLayout<Entry>.stride }

    mutating func releaseStorage() {
        unsafe free(slots)
        unsafe slots = nil
        mask = -1
        used = 0
    }

    /// Forgets all names.
    mutating func startDocument() {
        used = 0
        probes = 0
        document &+= 1
        guard document == 0 else { return }
        // Numbers start again: entries of four billion documents ago must not look current.
        releaseStorage()
        document = 1
    }

    /// Adds the name at `name`, a member of `object`.
    mutating func insert(_ name: UInt32, of object: UInt32, _ nodes: UnsafePointer<JSONNode>, _ input: Bytes)
        -> Outcome
    {
        if used &* 2 > mask { grow() }
        let text = unsafe JSONText(nodes[Int(name)], input)
        let hash = fold(text.hash(seed: seed, factor: factor), object)
        var slot = Int(hash) & mask
        while unsafe slots.unsafelyUnwrapped[slot].document == document {
            let entry = unsafe slots.unsafelyUnwrapped[slot]
            if entry.hash == hash, entry.object == object,
                unsafe JSONText(nodes[Int(entry.name)], input).equals(text)
            {
                return .duplicate
            }
            probes &+= 1
            slot = (slot &+ 1) & mask
        }
        unsafe slots.unsafelyUnwrapped[slot] = Entry(
            document: document, hash: hash, object: object, name: name)
        used &+= 1
        return probes <= Self.freeProbes &+ Self.probesPerName &* used ? .fresh : .collisions
    }

    private func fold(_ hash: UInt64, _ object: UInt32) -> UInt32 {
        let product = (hash ^ UInt64(object) &* 0xA076_1D64_78BD_642F).multipliedFullWidth(by: factor)
        let mixed = product.high ^ product.low
        return UInt32(truncatingIfNeeded: mixed ^ mixed >> 32)
    }

    private mutating func grow() {
        let old = unsafe slots
        let oldSlots = mask &+ 1
        let fresh = Swift.max(Self.initialSlots, oldSlots &* 2)
        guard let memory = unsafe calloc(fresh, MemoryLayout<Entry>.stride) else {
            fatalError("out of memory for \(fresh) member names")
        }
        let entries = unsafe memory.bindMemory(to: Entry.self, capacity: fresh)
        mask = fresh &- 1
        for index in 0..<oldSlots {
            let entry = unsafe old.unsafelyUnwrapped[index]
            guard entry.document == document else { continue }
            var slot = Int(entry.hash) & mask
            while unsafe entries[slot].document == document { slot = (slot &+ 1) & mask }
            unsafe entries[slot] = entry
        }
        unsafe free(old)
        unsafe slots = entries
    }
}
