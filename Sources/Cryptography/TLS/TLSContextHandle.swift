import COpenSSL
import Substrate

/// Owns one `SSL_CTX` and the rules that its callbacks read. Sessions keep it alive: a reload never touches them.
///
/// `@unchecked`: nothing here changes after the initialisers of the public contexts are done, and OpenSSL locks the
/// reference counts and lookups inside an `SSL_CTX` that threads share.
@safe final class TLSContextHandle: @unchecked Sendable {
    enum Side { case server, client }

    let pointer: OpaquePointer
    let side: Side
    /// ALPN names in wire form, preferred first; empty: ALPN is not used.
    let protocols: [UInt8]
    /// SPIFFE ID that the peer must prove; empty: any.
    let expectedPeer: [UInt8]
    /// Trust domain of any SPIFFE ID accepted; empty: any that the authority signed.
    let trustDomain: [UInt8]
    /// NUL-terminated DNS name or address of the server; empty: none.
    let serverName: [CChar]
    let serverNameIsAddress: Bool
    /// Keys of the tickets that are given; nil: none are.
    let tickets: TicketKeys?
    /// Nobody comes in without a certificate.
    var requiresPeer = false
    /// What is presented for which server name, where there is a choice.
    var selection: CertificateSelection?

    init(
        _ side: Side, minimumVersion: TLSVersion, protocols: [StaticString], expectedPeer: String? = nil,
        trustDomain: String? = nil, serverName: String? = nil, tickets: TicketKeys? = nil
    ) throws(TLSConfigurationError) {
        self.tickets = tickets
        self.protocols = try Self.wireForm(of: protocols)
        self.expectedPeer = expectedPeer.map { Array($0.utf8) } ?? []
        self.trustDomain = trustDomain.map { Array($0.utf8) } ?? []
        self.serverName = serverName.map { Array($0.utf8CString) } ?? []
        self.side = side
        if expectedPeer != nil, !self.expectedPeer.withBytes({ SPIFFEID.isValid($0) }) {
            throw TLSConfigurationError(.expectedPeer, .invalid, "write it as spiffe://trust.domain/path")
        }
        if trustDomain != nil, !self.trustDomain.withBytes({ SPIFFEID.isValidTrustDomain($0) }) {
            throw TLSConfigurationError(.trustDomain, .invalid, "lower-case letters, digits, '.', '-', '_'")
        }
        if let serverName {
            let isWellFormed =
                (1...253).contains(serverName.utf8.count)
                && serverName.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            guard isWellFormed else {
                throw TLSConfigurationError(.serverName, .invalid, "a DNS name in ASCII or an IP address")
            }
        }
        if let address = unsafe self.serverName.isEmpty ? nil : a2i_IPADDRESS(self.serverName) {
            unsafe ASN1_OCTET_STRING_free(address)
            serverNameIsAddress = true
        } else {
            serverNameIsAddress = false
        }
        let method = unsafe side == .server ? TLS_server_method() : TLS_client_method()
        guard let pointer = unsafe SSL_CTX_new(method) else {
            throw Self.libraryError(.context)
        }
        unsafe self.pointer = pointer
        try harden(minimumVersion: minimumVersion)
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    /// RFC 7301 §3.1: every name behind its length.
    private static func wireForm(of names: [StaticString]) throws(TLSConfigurationError) -> [UInt8] {
        var wire: [UInt8] = []
        for name in names {
            guard (1...255).contains(name.utf8CodeUnitCount) else {
                throw TLSConfigurationError(.protocols, .invalid, "a name has 1 to 255 bytes")
            }
            wire.append(UInt8(name.utf8CodeUnitCount))
            wire += Bytes(name).array
        }
        guard wire.count <= TLSLimits.maxProtocolListBytes else {
            throw TLSConfigurationError(
                .protocols, .tooLarge, "all names take at most \(TLSLimits.maxProtocolListBytes) bytes")
        }
        return wire
    }

    /// AES-128 first: as safe as 256 against anything known, and cheaper. ChaCha20 moves up for clients that put it
    /// first, which are those without AES instructions.
    private static let cipherSuites =
        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    /// Forward secrecy and AEAD only (RFC 9325 §4.2).
    private static let ciphersOfTLS12 =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
        + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
    private static let groups = "X25519:P-256:P-384"

    private func harden(minimumVersion: TLSVersion) throws(TLSConfigurationError) {
        // 112 bits of strength: no SHA-1 signature, no RSA below 2,048.
        unsafe SSL_CTX_set_security_level(pointer, 2)
        unsafe SSL_CTX_set_options(
            pointer,
            COpenSSL_noRenegotiation | COpenSSL_noCompression | COpenSSL_noTicket
                | COpenSSL_serverPreference | COpenSSL_prioritizeChaCha)
        // No tickets, unless `giveTickets` turns them on, and never a cache.
        unsafe COpenSSL_sessionCacheOff(pointer)
        unsafe SSL_CTX_set_num_tickets(pointer, 0)
        unsafe COpenSSL_setMode(
            pointer,
            Int(SSL_MODE_ENABLE_PARTIAL_WRITE)
                | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        unsafe SSL_CTX_set_keylog_callback(pointer, noteSecret)
        unsafe SSL_CTX_set_verify_depth(pointer, Int32(TLSLimits.maxIntermediates))
        let isAccepted =
            unsafe COpenSSL_setMinimumVersion(pointer, minimumVersion.wireValue) == 1
            && COpenSSL_setMaximumVersion(pointer, TLS1_3_VERSION) == 1
            && SSL_CTX_set_cipher_list(pointer, Self.ciphersOfTLS12) == 1
            && SSL_CTX_set_ciphersuites(pointer, Self.cipherSuites) == 1
            && COpenSSL_setGroups(pointer, Self.groups) == 1
        guard isAccepted else { throw Self.libraryError(.context) }
    }

    /// This thread's oldest OpenSSL error as a problem of `role`.
    static func libraryError(_ role: TLSConfigurationError.Role) -> TLSConfigurationError {
        let code = ERR_peek_error()
        ERR_clear_error()
        let words = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
        return TLSConfigurationError(role, .library, words ?? "error \(code)")
    }
}
