import COpenSSL
public import Substrate

/// One TLS connection without a socket: ciphertext in and out are byte windows. Used by one thread.
///
/// Input is lent for a call and consumed in part: what is left is lent again. Nothing is kept but the part of a record
/// that has not come whole. `read` and `write` allocate nothing of ours once their buffers stand.
///
/// OpenSSL does the handshake in an `SSL`. With TLS 1.3 that is freed as soon as it is done and `records` go on; an
/// `SSL` of TLS 1.2 stays for the connection's life.
///
/// After `failed` send `output` (the alert for the peer is in it), then close.
@safe public struct TLSSession: ~Copyable {
    public enum HandshakeStep {
        case complete
        /// All input is consumed; `output` may hold a flight to send.
        case needsInput
        case failed(TLSFailure)
    }

    public enum ReadStep {
        /// So many bytes of plaintext were written.
        case bytes(Int)
        /// All input is consumed and no plaintext is pending.
        case needsInput
        /// The peer's `close_notify` came: nothing more will.
        case closed
        case failed(TLSFailure)
    }

    /// Nil once `records` have taken over.
    private(set) var ssl: OpaquePointer?
    // Ours, freed after `ssl`, whose BIO points at it.
    let state: UnsafeMutablePointer<SessionState>
    private var records: UnsafeMutablePointer<RecordStream>?
    // Callbacks of `ssl` read it: it must live as long.
    private let context: TLSContextHandle
    public private(set) var isEstablished = false
    /// The handshake was shortened by a ticket of an earlier session, whose peer this is.
    public private(set) var isResumed = false
    /// A flight of ours was made: most of a handshake's work is done.
    public private(set) var hasBegun = false

    public init(server: TLSServerContext) throws(TLSError) {
        context = server.handle
        let (ssl, state) = try unsafe Self.open(server.handle)
        unsafe SSL_set_accept_state(ssl)
        unsafe (self.ssl, self.state, records) = unsafe (ssl, state, nil)
    }

    public init(client: TLSClientContext) throws(TLSError) {
        context = client.handle
        let (ssl, state) = try unsafe Self.open(client.handle)
        unsafe SSL_set_connect_state(ssl)
        unsafe (self.ssl, self.state, records) = unsafe (ssl, state, nil)
    }

    /// Ownership of both goes to the caller.
    private static func open(
        _ context: TLSContextHandle
    ) throws(TLSError) -> (OpaquePointer, UnsafeMutablePointer<SessionState>) {
        guard let ssl = unsafe SSL_new(context.pointer) else { throw TLSError(during: .createSession) }
        let isNamed =
            unsafe context.serverName.isEmpty || context.serverNameIsAddress
            || COpenSSL_setServerName(ssl, context.serverName) == 1
        guard isNamed else {
            unsafe SSL_free(ssl)
            throw TLSError(during: .setServerName)
        }
        let state = UnsafeMutablePointer<SessionState>.allocate(capacity: 1)
        unsafe state.initialize(to: SessionState())
        unsafe state.pointee.context = unsafe Unmanaged.passUnretained(context)
        guard let bio = unsafe SessionBIO.make(state) else {
            unsafe SSL_free(ssl)
            unsafe state.deinitialize(count: 1)
            unsafe state.deallocate()
            throw TLSError(during: .createChannel)
        }
        // Takes over the one reference, for both directions.
        unsafe SSL_set_bio(ssl, bio, bio)
        return unsafe (ssl, state)
    }

    deinit {
        unsafe SSL_free(ssl)
        unsafe state.pointee.wipeSecrets()
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
        unsafe records?.deinitialize(count: 1)
        unsafe records?.deallocate()
    }

    /// Advances the handshake. The client calls once with empty input to make its first flight.
    /// - Parameter now: the time at which certificates must be valid.
    /// - Returns: the step, and how many bytes of `input` were taken. After `complete` the rest is for `read`.
    public mutating func handshake(
        input: Bytes, now: WallTime, output: inout ByteBuffer
    ) -> (step: HandshakeStep, consumed: Int) {
        if let failure = unsafe state.pointee.failure { return (.failed(failure), 0) }
        guard !isEstablished, let ssl = unsafe ssl else { return (.complete, 0) }
        unsafe X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl), Int(now.seconds))
        clearErrors()
        let state = unsafe self.state
        unsafe state.pointee.now = now
        let waiting = output.count
        let (code, consumed) = unsafe withUnsafeMutablePointer(to: &output) { sink in
            unsafe state.pointee.lend(input, sink)
            let code = unsafe SSL_do_handshake(ssl)
            return (code, unsafe state.pointee.revoke())
        }
        if output.count > waiting { hasBegun = true }
        if code == 1 {
            unsafe state.pointee.agreement.read(ssl)
            isResumed = unsafe SSL_session_reused(ssl) == 1
            guard unsafe !isResumed || context.restoreIdentity(of: ssl, in: state) else {
                return (.failed(fail()), consumed)
            }
            guard takeOver() else { return (.failed(fail(TLSFailure(.library))), consumed) }
            isEstablished = true
            return (.complete, consumed)
        }
        if unsafe SSL_get_error(ssl, code) == SSL_ERROR_WANT_READ { return (.needsInput, consumed) }
        return (.failed(fail()), consumed)
    }

    /// Decrypts at most one record's content into `room`. Repeat with the rest of the input until `needsInput`; a
    /// `room` smaller than the record leaves plaintext pending inside (`hasPending`).
    /// - Precondition: the handshake is complete and `room` is not empty.
    public mutating func read(
        input: Bytes, into room: UnsafeMutableBufferPointer<UInt8>, output: inout ByteBuffer
    ) -> (step: ReadStep, consumed: Int) {
        if let failure = unsafe state.pointee.failure { return (.failed(failure), 0) }
        precondition(isEstablished && room.count > 0, "read after the handshake, into room")
        if unsafe records != nil { return unsafe readRecords(input, into: room, output: &output) }
        clearErrors()
        let (ssl, state) = unsafe (self.ssl, self.state)
        var count = 0
        let (code, consumed) = unsafe withUnsafeMutablePointer(to: &output) { sink in
            unsafe state.pointee.lend(input, sink)
            let code = unsafe SSL_read_ex(ssl, room.baseAddress, room.count, &count)
            return (code, unsafe state.pointee.revoke())
        }
        if code == 1 { return (.bytes(count), consumed) }
        switch unsafe SSL_get_error(ssl, code) {
        case SSL_ERROR_WANT_READ: return (.needsInput, consumed)
        case SSL_ERROR_ZERO_RETURN: return (.closed, consumed)
        default: return (.failed(fail()), consumed)
        }
    }

    /// `read` into the spare room of a buffer, which grows by what was decrypted.
    /// - Parameter minimumRoom: how much room to make; less than a record's content leaves the rest pending.
    public mutating func read(
        input: Bytes, appendingTo plaintext: inout ByteBuffer, minimumRoom: Int = TLSLimits.maxRecordBytes,
        output: inout ByteBuffer
    ) -> (step: ReadStep, consumed: Int) {
        let room = unsafe plaintext.unsafeSpare(minimum: minimumRoom)
        let result = unsafe read(input: input, into: room, output: &output)
        if case .bytes(let count) = result.step { plaintext.commit(count) }
        return result
    }

    /// TLS 1.3: leaves the handshake's `SSL` behind. OpenSSL has consumed exactly the handshake's records, and has
    /// written so many under the application's keys as it has counted: those of tickets. False when OpenSSL fails.
    private mutating func takeOver() -> Bool {
        let state = unsafe state
        guard unsafe state.pointee.agreement.version == .tls13 else { return true }
        defer { unsafe state.pointee.wipeSecrets() }
        let number = unsafe SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl))
        guard let suite = CipherSuite(rawValue: number),
            let layer = unsafe RecordLayer(
                suite, isClient: context.side == .client, clientSecret: state.pointee.clientSecret,
                serverSecret: state.pointee.serverSecret, recordsWritten: state.pointee.recordsWritten)
        else { return false }
        let records = UnsafeMutablePointer<RecordStream>.allocate(capacity: 1)
        unsafe records.initialize(to: RecordStream(layer))
        unsafe self.records = records
        unsafe SSL_free(ssl)
        unsafe ssl = nil
        return true
    }

    private mutating func readRecords(
        _ input: Bytes, into room: UnsafeMutableBufferPointer<UInt8>, output: inout ByteBuffer
    ) -> (step: ReadStep, consumed: Int) {
        guard let records = unsafe records, unsafe !state.pointee.inputIsClosed else { return (.closed, 0) }
        var consumed = 0
        do {
            switch try unsafe records.pointee.read(input, into: room, output: &output, consumed: &consumed) {
            case .content(let count): return (.bytes(count), consumed)
            case .needsInput: return (.needsInput, consumed)
            case .closed:
                unsafe state.pointee.inputIsClosed = true
                return (.closed, consumed)
            }
        } catch {
            let failure: TLSFailure
            switch error {
            case .broken(let alert):
                unsafe records.pointee.layer.sendAlert(alert, output: &output)
                failure = TLSFailure(.protocolError)
            case .peerAlert(let alert): failure = TLSFailure(.peerAlert(alert))
            case .library:
                unsafe records.pointee.layer.sendAlert(.internalError, output: &output)
                failure = TLSFailure(.library)
            }
            return (.failed(fail(failure)), consumed)
        }
    }

    /// Whether decrypted bytes wait inside: `read` gives them without input.
    public var hasPending: Bool {
        if let records = unsafe records { return unsafe records.pointee.hasPending }
        return unsafe SSL_pending(ssl) > 0
    }

    /// Encrypts all of `plaintext` behind `output`: 16 KiB of content a record, 22 bytes or more of overhead each.
    /// The caller checks its watermark first.
    /// - Returns: false when the session has failed; `failure` says why.
    /// - Precondition: the handshake is complete.
    public mutating func write(_ plaintext: Bytes, output: inout ByteBuffer) -> Bool {
        if unsafe state.pointee.failure != nil { return false }
        precondition(isEstablished, "write after the handshake")
        guard !plaintext.isEmpty else { return true }
        if let records = unsafe records {
            let isWritten = unsafe records.pointee.layer.write(plaintext, output: &output)
            if !isWritten { _ = fail(TLSFailure(.library)) }
            return isWritten
        }
        clearErrors()
        let (ssl, state) = unsafe (self.ssl, self.state)
        let isWritten = unsafe withUnsafeMutablePointer(to: &output) { sink in
            unsafe state.pointee.lend(Bytes(), sink)
            defer { _ = unsafe state.pointee.revoke() }
            var rest = plaintext
            while !rest.isEmpty {
                var written = 0
                guard unsafe SSL_write_ex(ssl, rest.unsafeBase, rest.count, &written) == 1 else {
                    return false
                }
                rest = rest.dropFirst(written)
            }
            return true
        }
        if !isWritten { _ = fail() }
        return isWritten
    }

    /// Says with `close_notify` that nothing more will be written. What the peer still sends can be read.
    public mutating func shutdown(output: inout ByteBuffer) {
        // Before its handshake is complete a session has nothing to protect: closing is enough.
        guard isEstablished, unsafe state.pointee.failure == nil else { return }
        if let records = unsafe records { return unsafe records.pointee.layer.shutDown(output: &output) }
        clearErrors()
        let (ssl, state) = unsafe (self.ssl, self.state)
        unsafe withUnsafeMutablePointer(to: &output) { sink in
            unsafe state.pointee.lend(Bytes(), sink)
            unsafe SSL_shutdown(ssl)
            _ = unsafe state.pointee.revoke()
        }
        clearErrors()
    }

    /// The peer's side of the connection ended: nil when its `close_notify` came first, otherwise a truncation.
    /// Call it when all input has been read.
    public mutating func inputEnded() -> TLSFailure? {
        if let failure = unsafe state.pointee.failure { return failure }
        if unsafe state.pointee.inputIsClosed { return nil }
        if let ssl = unsafe ssl, unsafe SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN != 0 { return nil }
        return fail(TLSFailure(.truncated))
    }

    /// Frees the record buffers, with TLS 1.2 some 34 KiB, of a session that stands idle; the next record brings them
    /// back. Freeing them behind every record (`SSL_MODE_RELEASE_BUFFERS`) costs two allocations a record.
    public mutating func releaseBuffers() {
        unsafe records?.pointee.releaseBuffers()
        if let ssl = unsafe ssl { unsafe SSL_free_buffers(ssl) }
    }

    /// Why the session is unusable, when it is.
    public var failure: TLSFailure? { unsafe state.pointee.failure }

    /// What this thread's error queue says.
    private mutating func fail() -> TLSFailure {
        fail(unsafe TLSFailure(refusal: state.pointee.refusal))
    }

    private mutating func fail(_ failure: TLSFailure) -> TLSFailure {
        unsafe state.pointee.failure = failure
        return failure
    }

    /// OpenSSL's error queue is per thread: cleared so that a failure reports only its own errors. Peeking is cheaper
    /// than clearing sixteen empty slots.
    private func clearErrors() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }
}
