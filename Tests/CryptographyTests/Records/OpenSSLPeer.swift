import COpenSSL
import MeshTestKit
import Substrate

@testable import Cryptography

/// The other end of a session: OpenSSL's own TLS from the first byte to the last, over two memory BIOs.
@safe final class OpenSSLPeer {
    struct Options {
        var suite = "TLS_AES_128_GCM_SHA256"
        var tickets = 0
        /// Records are filled with zeros to a multiple of this.
        var padding = 0
    }

    private let context: OpaquePointer
    let ssl: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer

    init(isServer: Bool, _ credentials: TestAuthority.Credentials, _ options: Options = Options()) throws {
        guard let context = unsafe SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method()),
            let ssl = try unsafe Self.session(context, credentials, options),
            let input = unsafe BIO_new(BIO_s_mem()), let output = unsafe BIO_new(BIO_s_mem())
        else { throw TLSError(during: .createSession) }
        unsafe (self.context, self.ssl, self.input, self.output) = unsafe (context, ssl, input, output)
        unsafe SSL_set_bio(ssl, input, output)
        if isServer { unsafe SSL_set_accept_state(ssl) } else { unsafe SSL_set_connect_state(ssl) }
    }

    deinit {
        unsafe SSL_free(ssl)
        unsafe SSL_CTX_free(context)
    }

    private static func session(
        _ context: OpaquePointer, _ credentials: TestAuthority.Credentials, _ options: Options
    ) throws -> OpaquePointer? {
        let chain = try PEM.certificates(credentials.chainPEM, role: .certificate)
        let key = try PEM.privateKey(credentials.keyPEM, role: .privateKey)
        unsafe SSL_CTX_use_certificate(context, chain[0].pointer)
        unsafe SSL_CTX_use_PrivateKey(context, key.pointer)
        unsafe SSL_CTX_set_num_tickets(context, options.tickets)
        unsafe SSL_CTX_set_ciphersuites(context, options.suite)
        if options.padding > 0 { unsafe SSL_CTX_set_block_padding(context, options.padding) }
        return unsafe SSL_new(context)
    }

    /// Takes everything in `wire` in.
    func receive(_ wire: inout ByteBuffer) {
        if !wire.isEmpty { unsafe BIO_write(input, wire.bytes.unsafeBase, Int32(wire.count)) }
        wire.removeAll()
    }

    /// Moves what OpenSSL has to send behind `wire`.
    func send(_ wire: inout ByteBuffer) {
        while true {
            let room = unsafe wire.unsafeSpare(minimum: 16_384)
            let count = unsafe BIO_read(output, room.baseAddress, Int32(room.count))
            guard count > 0 else { return }
            wire.commit(Int(count))
        }
    }

    func handshake() -> Bool { unsafe SSL_do_handshake(ssl) == 1 }

    func write(_ plaintext: [UInt8]) -> Bool {
        unsafe SSL_write(ssl, plaintext, Int32(plaintext.count)) == Int32(plaintext.count)
    }

    /// Everything that can be read now, and OpenSSL's reason for stopping.
    func read() -> (plaintext: [UInt8], stop: Int32) {
        var plaintext: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe SSL_read(ssl, &room, Int32(room.count))
            guard count > 0 else { return (plaintext, unsafe SSL_get_error(ssl, count)) }
            plaintext += room[..<Int(count)]
        }
    }

    /// Changes the writing key; the message goes out with the next write.
    func updateKey(asksBack: Bool) -> Bool {
        unsafe SSL_key_update(ssl, asksBack ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED) == 1
            && SSL_do_handshake(ssl) == 1
    }

    func shutDown() { unsafe SSL_shutdown(ssl) }
}
