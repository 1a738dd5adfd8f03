import COpenSSL
import MeshTestKit
import Substrate

@testable import Cryptography

/// A client that comes back: OpenSSL's own TLS, which keeps the session of its last visit where it got one.
@safe final class Visitor {
    struct Options {
        var version = TLSVersion.tls13
        var suite = "TLS_AES_128_GCM_SHA256"
        var serverName = "localhost"
        /// Signature algorithms that it understands; nil: all.
        var algorithms: String?
        /// Sent with the first flight, where a session is there. The session is made to allow it.
        var earlyData: [UInt8] = []
    }

    /// What a visit came to, as the server saw it.
    struct Visit {
        var outcome = TLSPair.Outcome.pending
        var isResumed = false
        var identity = "none"
        /// Both sides wrote, and read what the other had written.
        var isServed = false
        var ticketRecords: UInt64 = 0
        var gotTicket = false
        var earlyDataStatus = SSL_EARLY_DATA_NOT_SENT
        /// Subject of the certificate that the server presented.
        var presented = ""
        var presentedKind: Int32 = 0
    }

    private let context: OpaquePointer
    private let options: Options
    private(set) var session: OpaquePointer?

    init(_ credentials: TestAuthority.Credentials?, _ options: Options = Options()) throws {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw TLSError(during: .createSession)
        }
        unsafe self.context = context
        self.options = options
        if let credentials {
            let own = try Credential(chainPEM: credentials.chainPEM, keyPEM: credentials.keyPEM)
            defer { withExtendedLifetime(own) {} }
            unsafe SSL_CTX_use_certificate(context, own.leaf.pointer)
            unsafe SSL_CTX_use_PrivateKey(context, own.key.pointer)
            for issuer in own.chain.dropFirst() {
                _ = unsafe COpenSSL_addChainCertificate(context, issuer.pointer)
            }
        }
        unsafe SSL_CTX_set_ciphersuites(context, options.suite)
        _ = unsafe COpenSSL_setMaximumVersion(context, options.version.wireValue)
        _ = unsafe COpenSSL_setMinimumVersion(context, options.version.wireValue)
    }

    deinit {
        unsafe SSL_SESSION_free(session)
        unsafe SSL_CTX_free(context)
    }

    /// Takes another visitor's session.
    func borrow(_ other: Visitor) {
        unsafe SSL_SESSION_free(session)
        unsafe session = other.session
        if let session = unsafe session { unsafe SSL_SESSION_up_ref(session) }
    }

    /// Changes one byte of the ticket, counted from its end.
    func spoilTicket(fromEnd: Int) {
        var ticket: UnsafePointer<UInt8>?
        var count = 0
        unsafe SSL_SESSION_get0_ticket(session, &ticket, &count)
        if let ticket = unsafe ticket { unsafe UnsafeMutablePointer(mutating: ticket)[count - fromEnd] ^= 1 }
    }

    var ticketBytes: Int {
        var count = 0
        unsafe SSL_SESSION_get0_ticket(session, nil, &count)
        return count
    }

    /// One connection to `server`, from the first flight to a question and its answer.
    func visit(_ server: TLSServerContext, now: WallTime = TestAuthority.now) throws -> Visit {
        guard let ssl = unsafe SSL_new(context), let input = unsafe BIO_new(BIO_s_mem()),
            let output = unsafe BIO_new(BIO_s_mem())
        else { throw TLSError(during: .createSession) }
        defer { unsafe SSL_free(ssl) }
        unsafe SSL_set_bio(ssl, input, output)
        unsafe SSL_set_connect_state(ssl)
        _ = unsafe COpenSSL_setServerName(ssl, options.serverName)
        if let algorithms = options.algorithms { _ = unsafe COpenSSL_setAlgorithms(ssl, algorithms) }
        if let session = unsafe session { unsafe SSL_set_session(ssl, session) }
        var visit = Visit()
        if !options.earlyData.isEmpty, unsafe session != nil {
            unsafe SSL_SESSION_set_max_early_data(session, 1000)
            var written = 0
            _ = unsafe SSL_write_early_data(ssl, options.earlyData, options.earlyData.count, &written)
        }
        var ours = try TLSSession(server: server)
        var toUs = ByteBuffer()
        var fromUs = ByteBuffer()
        for _ in 0..<8 where visit.outcome == .pending {
            _ = unsafe SSL_do_handshake(ssl)
            unsafe Self.move(output, &toUs)
            let (step, consumed) = ours.handshake(input: toUs.bytes, now: now, output: &fromUs)
            toUs.consume(consumed)
            switch step {
            case .complete: visit.outcome = .complete
            case .needsInput: break
            case .failed(let failure): visit.outcome = .failed(failure.kind)
            }
            unsafe Self.move(&fromUs, input)
        }
        // The client of TLS 1.2 still has a flight to read.
        _ = unsafe SSL_do_handshake(ssl)
        visit.isResumed = ours.isResumed
        visit.ticketRecords = unsafe ours.state.pointee.recordsWritten
        switch ours.peerIdentity {
        case .none: visit.identity = "none"
        case .spiffe(let id): visit.identity = id.text
        case .subject(let name): visit.identity = "subject " + name.text
        }
        visit.earlyDataStatus = unsafe SSL_get_early_data_status(ssl)
        if let leaf = unsafe SSL_get0_peer_certificate(ssl) {
            var name = ByteBuffer()
            unsafe PeerNames.appendSubject(X509_get_subject_name(leaf), to: &name, limit: 255)
            visit.presented = name.bytes.text
            visit.presentedKind = unsafe EVP_PKEY_get_base_id(X509_get0_pubkey(leaf))
        }
        guard visit.outcome == .complete else { return visit }

        let question = [UInt8](repeating: 7, count: 300)
        let answer = [UInt8](repeating: 9, count: 40_000)
        unsafe SSL_write(ssl, question, Int32(question.count))
        unsafe Self.move(output, &toUs)
        var asked: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 16_640)
        reading: while true {
            let (step, consumed) = unsafe room.withUnsafeMutableBufferPointer {
                unsafe ours.read(input: toUs.bytes, into: $0, output: &fromUs)
            }
            toUs.consume(consumed)
            guard case .bytes(let count) = step else { break reading }
            asked += room[..<count]
        }
        guard answer.withBytes({ ours.write($0, output: &fromUs) }) else { return visit }
        unsafe Self.move(&fromUs, input)
        var answered: [UInt8] = []
        while true {
            let count = unsafe SSL_read(ssl, &room, Int32(room.count))
            guard count > 0 else { break }
            answered += room[..<Int(count)]
        }
        visit.isServed = asked == question && answered == answer
        // Behind the answer: TLS 1.3 reads tickets on the way to it.
        let newest = unsafe SSL_get1_session(ssl)
        visit.gotTicket = unsafe newest != nil && SSL_SESSION_has_ticket(newest) == 1
        unsafe SSL_SESSION_free(session)
        unsafe session = newest
        unsafe SSL_shutdown(ssl)
        return visit
    }

    private static func move(_ bio: OpaquePointer, _ wire: inout ByteBuffer) {
        while true {
            let room = unsafe wire.unsafeSpare(minimum: 16_384)
            let count = unsafe BIO_read(bio, room.baseAddress, Int32(room.count))
            guard count > 0 else { return }
            wire.commit(Int(count))
        }
    }

    private static func move(_ wire: inout ByteBuffer, _ bio: OpaquePointer) {
        if !wire.isEmpty { unsafe BIO_write(bio, wire.bytes.unsafeBase, Int32(wire.count)) }
        wire.removeAll()
    }
}
