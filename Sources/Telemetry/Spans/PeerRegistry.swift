import Substrate
import Synchronization

/// Numbers for verified peers, so that a span can name the one that it came from. Process-wide; a number is never given
/// to another name.
public final class PeerRegistry: Sendable {
    /// Peers that get a number. The spans of further ones name none.
    public static var maxPeers: Int { 1024 }

    private let names = Mutex<[String]>([])

    public init() {}

    /// From 1; 0 when every number is given. Takes a lock and may allocate: `PeerCache` asks once a peer and worker.
    public func number(of peer: MeshPeer) -> UInt32 {
        let text = peer.bytes.text
        return names.withLock { names in
            if let known = names.firstIndex(of: text) { return UInt32(known + 1) }
            guard names.count < Self.maxPeers else { return 0 }
            names.append(text)
            return UInt32(names.count)
        }
    }

    /// Nil for a number never given.
    public func name(_ number: UInt32) -> OpenName? {
        names.withLock { names in
            number >= 1 && Int(number) <= names.count
                ? OpenName(configured: names[Int(number) - 1]) : nil
        }
    }
}
