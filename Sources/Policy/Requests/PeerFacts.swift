public import Substrate

/// What the connection proves about the peer.
public struct PeerFacts {
    /// The SPIFFE ID of a client certificate that the listener's authority vouches for; empty without one.
    public var spiffe: Bytes
    public var isTLS: Bool

    public init(spiffe: Bytes = Bytes(), isTLS: Bool = false) {
        self.spiffe = spiffe
        self.isTLS = isTLS
    }
}
