import COpenSSL
import Substrate

/// What a handshake agreed on, kept when its `SSL` is gone.
struct TLSAgreement: ~Copyable {
    private(set) var version: TLSVersion?
    /// The application protocol, then the name that the client asked for: nothing is allocated for two empty ones.
    private var names = ByteBuffer()
    private var protocolBytes = 0

    init() {}

    /// Empty when there is none.
    var applicationProtocol: Bytes { names.bytes.prefix(protocolBytes) }
    var serverName: Bytes { names.bytes.dropFirst(protocolBytes) }

    /// Reads a session whose handshake is complete.
    mutating func read(_ ssl: OpaquePointer) {
        version = unsafe SSL_version(ssl) == TLS1_3_VERSION ? .tls13 : .tls12
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &name, &count)
        unsafe names.append(Bytes(unsafeBase: name, count: Int(count)))
        protocolBytes = Int(count)
        guard let asked = unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else { return }
        // OpenSSL refuses names with a NUL and longer than 255 bytes.
        var length = 0
        while unsafe asked[length] != 0 { length &+= 1 }
        unsafe asked.withMemoryRebound(to: UInt8.self, capacity: length) {
            unsafe names.append(Bytes(unsafeBase: $0, count: length))
        }
    }
}
