public import Substrate

/// What the handshake agreed on and proved. Everything is empty until it is complete.
extension TLSSession {
    public var version: TLSVersion? { isEstablished ? unsafe state.pointee.agreement.version : nil }

    public var alpn: ApplicationProtocol { ApplicationProtocol(alpnName) }

    /// The agreed protocol as sent (RFC 7301 §6); empty when there is none. Valid while the session lives.
    public var alpnName: Bytes {
        isEstablished ? unsafe state.pointee.agreement.applicationProtocol : Bytes()
    }

    /// The server name that the client asked for (RFC 6066 §3), as sent: a claim. Empty when there is none. Valid
    /// while the session lives.
    public var serverName: Bytes { isEstablished ? unsafe state.pointee.agreement.serverName : Bytes() }

    public var peerIdentity: PeerIdentity {
        guard isEstablished, unsafe !state.pointee.identity.isEmpty else { return .none }
        let bytes = unsafe state.pointee.identity.bytes
        return unsafe state.pointee.isSPIFFE ? .spiffe(bytes) : .subject(bytes)
    }
}
