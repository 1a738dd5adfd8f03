public import Substrate

/// Whose certificate the peer proved. The bytes are the session's: valid while it lives.
public enum PeerIdentity {
    /// No certificate, or the handshake is not complete.
    case none
    /// A SPIFFE ID that passed every rule; at most `SPIFFEID.maxBytes`.
    case spiffe(Bytes)
    /// The subject of a certificate without a SPIFFE ID: RFC 2253 form, cut at `TLSLimits.maxSubjectBytes`. For logs,
    /// never to decide by.
    case subject(Bytes)
}
