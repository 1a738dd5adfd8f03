import COpenSSL
import Substrate

/// The record protocol of an established TLS 1.3 session (RFC 8446 §5): what is left of TLS when OpenSSL's handshake has
/// proved who is there and agreed on secrets. See the decision "own record layer".
@safe struct RecordLayer: ~Copyable {
    /// What one record came to.
    enum Opened {
        /// So many bytes of content were written.
        case content(Int)
        /// Nothing for the application.
        case nothing
        /// The peer's `close_notify`.
        case closed
    }

    private let suite: CipherSuite
    private var reading: RecordCipher
    private var writing: RecordCipher
    // Two, at one address, so that they can be wiped: the peer's, then ours.
    private let secrets: UnsafeMutablePointer<TrafficSecret>
    private var messages: PostHandshakeMessages
    /// Records in a row that brought the application nothing.
    private var quietRecords = 0
    /// After our `close_notify` nothing may be written.
    private var isShutDown = false
    private let recordsPerKey: UInt64

    /// Nil when OpenSSL fails. The secrets are copied; the caller wipes its own.
    /// - Parameter recordsWritten: how many records OpenSSL has written with our secret's keys: no nonce is used twice.
    init?(
        _ suite: CipherSuite, isClient: Bool, clientSecret: TrafficSecret, serverSecret: TrafficSecret,
        recordsWritten: UInt64 = 0, recordsPerKey: UInt64 = TLSLimits.maxRecordsPerKey
    ) {
        let (theirs, ours) = isClient ? (serverSecret, clientSecret) : (clientSecret, serverSecret)
        guard theirs.count == suite.hashBytes, ours.count == suite.hashBytes,
            let reading = RecordCipher.make(theirs, of: suite, isSealing: false),
            let writing = RecordCipher.make(ours, of: suite, isSealing: true, sequence: recordsWritten)
        else { return nil }
        self.suite = suite
        self.reading = reading
        self.writing = writing
        unsafe secrets = .allocate(capacity: 2)
        unsafe secrets.initialize(to: theirs)
        unsafe (secrets + 1).initialize(to: ours)
        messages = PostHandshakeMessages(isClient: isClient)
        self.recordsPerKey = recordsPerKey
    }

    deinit {
        unsafe secrets[0].wipe()
        unsafe secrets[1].wipe()
        unsafe secrets.deallocate()
    }

    /// Length of the record that begins with these five bytes, header included.
    static func recordBytes(header: Bytes) throws(RecordFault) -> Int {
        // The version's bytes mean nothing any more (RFC 8446 §5.1).
        guard header[0] == ContentType.applicationData.rawValue else { throw .broken(.unexpectedMessage) }
        let length = Int(header[3]) << 8 | Int(header[4])
        guard length <= TLSLimits.maxProtectedBytes else { throw .broken(.recordOverflow) }
        guard length > RecordCipher.tagBytes else { throw .broken(.badRecordMAC) }
        return RecordCipher.headerBytes + length
    }

    /// Bytes of room that the record's plaintext takes while it is opened.
    static func roomBytes(record: Bytes) -> Int {
        record.count &- RecordCipher.headerBytes &- RecordCipher.tagBytes
    }

    /// Opens one whole record of `recordBytes(header:)` bytes. `output` grows by what must be answered.
    mutating func open(
        _ record: Bytes, into room: UnsafeMutableBufferPointer<UInt8>, output: inout ByteBuffer
    ) throws(RecordFault) -> Opened {
        guard let inner = unsafe reading.open(record, into: room) else { throw .broken(.badRecordMAC) }
        guard inner <= TLSLimits.maxRecordBytes + 1 else { throw .broken(.recordOverflow) }
        // Behind the type is padding, all zero.
        var count = inner &- 1
        while count > 0, unsafe room[count] == 0 { count &-= 1 }
        guard let type = unsafe ContentType(rawValue: room[count]) else { throw .broken(.unexpectedMessage) }
        if type == .applicationData {
            if messages.isMidway { throw .broken(.unexpectedMessage) }
            if count > 0 {
                quietRecords = 0
                return .content(count)
            }
        }
        quietRecords &+= 1
        if quietRecords > TLSLimits.maxQuietRecords { throw .broken(.unexpectedMessage) }
        let content = unsafe Bytes(unsafeBase: room.baseAddress, count: count)
        switch type {
        case .applicationData: return .nothing
        case .alert: return try alert(content)
        case .handshake:
            if content.isEmpty { throw .broken(.unexpectedMessage) }
            if let update = try messages.read(content) { try updateKeys(update, output: &output) }
            return .nothing
        }
    }

    private func alert(_ content: Bytes) throws(RecordFault) -> Opened {
        if messages.isMidway { throw .broken(.unexpectedMessage) }
        guard content.count == 2 else { throw .broken(.decodeError) }
        // The level means nothing any more: all but these two end the session (RFC 8446 §6).
        switch TLSAlert(rawValue: content[1]) {
        case .closeNotify: return .closed
        case .userCanceled: return .nothing
        default: throw .peerAlert(content[1])
        }
    }

    private mutating func updateKeys(
        _ update: PostHandshakeMessages.KeyUpdate, output: inout ByteBuffer
    ) throws(RecordFault) {
        guard let secret = nextSecret(0), reading.setKey(secret, of: suite) else { throw .library }
        if update == .requested, !isShutDown {
            guard changeWriteKey(output: &output) else { throw .library }
        }
    }

    /// Says with a key update that the next records have another key (RFC 8446 §4.6.3).
    private mutating func changeWriteKey(output: inout ByteBuffer) -> Bool {
        let notRequested = PostHandshakeMessages.KeyUpdate.notRequested.rawValue
        let isSaid = unsafe withUnsafeBytes(of: (UInt8(24), UInt8(0), UInt8(0), UInt8(1), notRequested)) {
            unsafe writing.seal(Bytes(unsafe: $0), as: .handshake, into: &output)
        }
        guard isSaid, let secret = nextSecret(1) else { return false }
        return writing.setKey(secret, of: suite)
    }

    /// Moves a direction's secret on. Nil when OpenSSL fails.
    private func nextSecret(_ direction: Int) -> TrafficSecret? {
        let (secrets, suite) = unsafe (self.secrets, self.suite)
        return unsafe secrets[direction].advance(of: suite) ? secrets[direction] : nil
    }

    /// Appends `plaintext` as records. False when OpenSSL fails, or after `shutDown`.
    mutating func write(_ plaintext: Bytes, output: inout ByteBuffer) -> Bool {
        guard !isShutDown else { return false }
        var rest = plaintext
        while !rest.isEmpty {
            // One record of room is left for the update itself.
            if writing.sequence >= recordsPerKey &- 1, !changeWriteKey(output: &output) { return false }
            let piece = rest.prefix(TLSLimits.maxRecordBytes)
            guard writing.seal(piece, as: .applicationData, into: &output) else { return false }
            rest = rest.dropFirst(piece.count)
        }
        return true
    }

    /// Tells the peer that nothing more will come. Again: does nothing.
    mutating func shutDown(output: inout ByteBuffer) {
        sendAlert(.closeNotify, output: &output)
    }

    /// The last record of this side.
    mutating func sendAlert(_ alert: TLSAlert, output: inout ByteBuffer) {
        guard !isShutDown else { return }
        isShutDown = true
        let level: UInt8 = alert == .closeNotify ? 1 : 2
        _ = unsafe withUnsafeBytes(of: (level, alert.rawValue)) {
            unsafe writing.seal(Bytes(unsafe: $0), as: .alert, into: &output)
        }
    }
}

extension Bytes {
    /// A few bytes of ours, for the time of a call.
    fileprivate init(unsafe bytes: UnsafeRawBufferPointer) {
        unsafe self.init(
            unsafeBase: bytes.assumingMemoryBound(to: UInt8.self).baseAddress, count: bytes.count)
    }
}
