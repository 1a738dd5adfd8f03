import COpenSSL
public import Substrate

/// What the handshake agreed on and proved. Everything is empty until it is complete.
extension TLSSession {
    public var version: TLSVersion? {
        guard isEstablished else { return nil }
        return unsafe SSL_version(ssl) == TLS1_3_VERSION ? .tls13 : .tls12
    }

    public var alpn: ApplicationProtocol { ApplicationProtocol(alpnName) }

    /// The agreed protocol as sent (RFC 7301 §6); empty when there is none. Valid while the session lives.
    public var alpnName: Bytes {
        guard isEstablished else { return Bytes() }
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &name, &count)
        return unsafe Bytes(unsafeBase: name, count: Int(count))
    }

    /// The server name that the client asked for (RFC 6066 §3), as sent: a claim. Empty when there is none. Valid
    /// while the session lives.
    public var serverName: Bytes {
        guard isEstablished, let name = unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else {
            return Bytes()
        }
        // OpenSSL refuses names with a NUL and longer than 255 bytes.
        var count = 0
        while unsafe name[count] != 0 { count &+= 1 }
        return unsafe name.withMemoryRebound(to: UInt8.self, capacity: count) {
            unsafe Bytes(unsafeBase: $0, count: count)
        }
    }

    public var peerIdentity: PeerIdentity {
        guard isEstablished, unsafe !state.pointee.identity.isEmpty else { return .none }
        let bytes = unsafe state.pointee.identity.bytes
        return unsafe state.pointee.isSPIFFE ? .spiffe(bytes) : .subject(bytes)
    }

    /// Whether the peer's certificate is for the DNS name `name`: by its alternative names, never by its subject.
    public func peerHasName(_ name: Bytes) -> Bool {
        guard isEstablished, !name.isEmpty, let base = unsafe name.unsafeBase,
            let leaf = unsafe SSL_get0_peer_certificate(ssl)
        else { return false }
        let flags = UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
        return unsafe base.withMemoryRebound(to: CChar.self, capacity: name.count) {
            unsafe X509_check_host(leaf, $0, name.count, flags, nil) == 1
        }
    }
}
