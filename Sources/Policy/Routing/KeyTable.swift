import Substrate

/// Byte strings within a scope to table indexes: open addressing with linear probing, at most half full, frozen when
/// it is built. The scope is what the key is relative to: a host, a path node, a tenant.
struct KeyTable {
    private let slots: FlatTable<KeySlot>
    private let seed: UInt64
    private let mask: Int

    init() {
        slots = FlatTable()
        seed = 0
        mask = 0
    }

    /// - Precondition: no two entries share scope and key; values are not negative.
    init(_ entries: [(scope: Int32, key: ByteRange, value: Int32)], text: FlatTable<UInt8>, seed: UInt64) {
        var capacity = entries.isEmpty ? 0 : 4
        while capacity < entries.count * 2 { capacity *= 2 }
        slots = FlatTable(repeating: .free, count: capacity)
        self.seed = seed
        mask = capacity - 1
        for entry in entries {
            let hash = ByteHash.hash(text.bytes(entry.key), scope: entry.scope, seed: seed)
            var index = Int(truncatingIfNeeded: hash) & mask
            while slots[index].value >= 0 { index = (index + 1) & mask }
            slots[index] = KeySlot(
                tag: UInt32(truncatingIfNeeded: hash >> 32), scope: entry.scope, key: entry.key,
                value: entry.value)
        }
    }

    /// The value under `key`, or -1.
    func find(_ key: Bytes, scope: Int32, text: FlatTable<UInt8>) -> Int32 {
        guard !slots.isEmpty else { return -1 }
        let hash = ByteHash.hash(key, scope: scope, seed: seed)
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[index]
            if slot.value < 0 { return -1 }
            if slot.tag == tag, slot.scope == scope, text.bytes(slot.key).elementsEqual(key) {
                return slot.value
            }
            index = (index &+ 1) & mask
        }
    }

    func deallocate() { slots.deallocate() }
}
