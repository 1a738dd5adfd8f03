public import Substrate

/// One worker's memory of peers' numbers: no lock and no allocation for a peer that was seen before.
///
/// Keyed by a 64-bit SipHash under the process's own key, so that no peer can choose another's place.
public struct PeerCache: ~Copyable {
    /// Places. A peer whose place another one has taken asks the registry again.
    public static var places: Int { 256 }

    private struct Entry: BitwiseCopyable {
        var hash: UInt64 = 0
        var number: UInt32 = 0
    }

    private let registry: PeerRegistry
    private let key: (UInt64, UInt64)
    private let entries: FlatTable<Entry>

    public init(registry: PeerRegistry, random: inout RandomSource) {
        self.registry = registry
        key = (random.next(), random.next())
        entries = FlatTable(repeating: Entry(), count: Self.places)
    }

    deinit { entries.deallocate() }

    public func number(of peer: MeshPeer) -> UInt32 {
        // The low bit set, so that no hash is that of an empty place.
        let hash = SipHash.hash(peer.bytes, keyLow: key.0, keyHigh: key.1) | 1
        let place = Int(hash >> 32 & UInt64(Self.places &- 1))
        if entries[place].hash == hash { return entries[place].number }
        let number = registry.number(of: peer)
        entries[place] = Entry(hash: hash, number: number)
        return number
    }
}
