import COpenSSL
import Substrate

/// The contexts of a listener with more than one set of certificates, by the server name that a client asks for (SNI,
/// RFC 6066 §3). Owned by the context of the first set.
struct CertificateSelection {
    let names: CertificateNames
    /// Of every set but the first.
    let others: [TLSContextHandle]
}

extension TLSContextHandle {
    func select(by names: CertificateNames, among others: [TLSContextHandle]) {
        selection = CertificateSelection(names: names, others: others)
        unsafe COpenSSL_setServerNameCallback(pointer, switchContext)
    }
}

/// An unknown name is served by the first certificate, as nginx and HAProxy do: what to refuse is for routes to say.
private let switchContext:
    @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = {
        ssl, _, _ in
        guard let ssl = unsafe ssl, let state = unsafe SessionState.of(ssl),
            let context = unsafe state.pointee.context?.takeUnretainedValue(),
            let selection = context.selection,
            let asked = unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)
        else { return SSL_TLSEXT_ERR_NOACK }
        // OpenSSL refuses names with a NUL and longer than 255 bytes.
        var length = 0
        while unsafe asked[length] != 0 { length &+= 1 }
        let set = unsafe asked.withMemoryRebound(to: UInt8.self, capacity: length) {
            selection.names.set(for: unsafe Bytes(unsafeBase: $0, count: length))
        }
        // The session takes a reference of its own.
        if set > 0 { unsafe SSL_set_SSL_CTX(ssl, selection.others[set - 1].pointer) }
        return SSL_TLSEXT_ERR_OK
    }
