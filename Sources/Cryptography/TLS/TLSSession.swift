import COpenSSL
public import Substrate

/// One TLS connection without a socket: ciphertext in and out are byte windows. Owns one `SSL`; used by one thread.
///
/// Input is lent for a call and consumed in part: what is left is lent again. Nothing is kept but the part of a record
/// that has not come whole, inside OpenSSL. `read` and `write` allocate nothing of ours.
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

    let ssl: OpaquePointer
    // Ours, freed after `ssl`, whose BIO points at it.
    let state: UnsafeMutablePointer<SessionState>
    // Callbacks of `ssl` read it: it must live as long.
    private let context: TLSContextHandle
    public private(set) var isEstablished = false

    public init(server: TLSServerContext) throws(TLSError) {
        context = server.handle
        unsafe (ssl, state) = try unsafe Self.open(server.handle)
        unsafe SSL_set_accept_state(ssl)
    }

    public init(client: TLSClientContext) throws(TLSError) {
        context = client.handle
        unsafe (ssl, state) = try unsafe Self.open(client.handle)
        unsafe SSL_set_connect_state(ssl)
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
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Advances the handshake. The client calls once with empty input to make its first flight.
    /// - Parameter now: the time at which certificates must be valid.
    /// - Returns: the step, and how many bytes of `input` were taken. After `complete` the rest is for `read`.
    public mutating func handshake(
        input: Bytes, now: WallTime, output: inout ByteBuffer
    ) -> (step: HandshakeStep, consumed: Int) {
        if let failure = unsafe state.pointee.failure { return (.failed(failure), 0) }
        if isEstablished { return (.complete, 0) }
        unsafe X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl), Int(now.seconds))
        clearErrors()
        let (ssl, state) = unsafe (self.ssl, self.state)
        let (code, consumed) = unsafe withUnsafeMutablePointer(to: &output) { sink in
            unsafe state.pointee.lend(input, sink)
            let code = unsafe SSL_do_handshake(ssl)
            return (code, unsafe state.pointee.revoke())
        }
        if code == 1 {
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

    /// Whether decrypted bytes wait inside: `read` gives them without input.
    public var hasPending: Bool { unsafe SSL_pending(ssl) > 0 }

    /// Encrypts all of `plaintext` behind `output`: 16 KiB of content a record, 22 bytes or more of overhead each.
    /// The caller checks its watermark first.
    /// - Returns: false when the session has failed; `failure` says why.
    /// - Precondition: the handshake is complete.
    public mutating func write(_ plaintext: Bytes, output: inout ByteBuffer) -> Bool {
        if unsafe state.pointee.failure != nil { return false }
        precondition(isEstablished, "write after the handshake")
        guard !plaintext.isEmpty else { return true }
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
        if unsafe SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN != 0 { return nil }
        let failure = TLSFailure(.truncated)
        unsafe state.pointee.failure = failure
        return failure
    }

    /// Frees OpenSSL's record buffers, some 34 KiB, of a session that stands idle; the next record brings them back.
    /// Freeing them behind every record (`SSL_MODE_RELEASE_BUFFERS`) costs a busy connection two allocations a record.
    public mutating func releaseBuffers() { unsafe SSL_free_buffers(ssl) }

    /// Why the session is unusable, when it is.
    public var failure: TLSFailure? { unsafe state.pointee.failure }

    private mutating func fail() -> TLSFailure {
        let failure = unsafe TLSFailure(refusal: state.pointee.refusal)
        unsafe state.pointee.failure = failure
        return failure
    }

    /// OpenSSL's error queue is per thread: cleared so that a failure reports only its own errors. Peeking is cheaper
    /// than clearing sixteen empty slots.
    private func clearErrors() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }
}
