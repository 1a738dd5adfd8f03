import Substrate

/// Reads the handshake messages that may come behind a handshake (RFC 8446 §4.6): key updates, and a server's tickets,
/// which are passed over. Anything else is refused.
struct PostHandshakeMessages: BitwiseCopyable {
    enum KeyUpdate: UInt8 { case notRequested = 0, requested = 1 }

    private static var newSessionTicket: UInt8 { 4 }
    private static var keyUpdate: UInt8 { 24 }
    private static var headerBytes: Int { 4 }

    private let isClient: Bool
    private var header: UInt32 = 0
    private var headerCount = 0
    /// Bytes of the message's body still to come.
    private var left = 0

    init(isClient: Bool) { self.isClient = isClient }

    /// Whether a message has begun and not ended: no other content may come between.
    var isMidway: Bool { headerCount > 0 }

    private var type: UInt8 { UInt8(truncatingIfNeeded: header >> 24) }

    /// Reads one record's content. A key update is its last message: the next record has other keys.
    mutating func read(_ content: Bytes) throws(RecordFault) -> KeyUpdate? {
        var index = 0
        var update: KeyUpdate?
        while index < content.count {
            if update != nil { throw .broken(.unexpectedMessage) }
            if headerCount < Self.headerBytes {
                header = header << 8 | UInt32(content[index])
                headerCount &+= 1
                index &+= 1
                if headerCount == Self.headerBytes { try begin() }
            } else if type == Self.keyUpdate {
                guard let wanted = KeyUpdate(rawValue: content[index]) else {
                    throw .broken(.illegalParameter)
                }
                update = wanted
                left = 0
                index &+= 1
            } else {
                let taken = min(left, content.count &- index)
                left &-= taken
                index &+= taken
            }
            if headerCount == Self.headerBytes, left == 0 {
                header = 0
                headerCount = 0
            }
        }
        return update
    }

    /// The header is whole.
    private mutating func begin() throws(RecordFault) {
        left = Int(header & 0xFF_FFFF)
        switch type {
        case Self.keyUpdate: if left != 1 { throw .broken(.decodeError) }
        case Self.newSessionTicket where isClient:
            guard (1...TLSLimits.maxTicketBytes).contains(left) else { throw .broken(.decodeError) }
        default: throw .broken(.unexpectedMessage)
        }
    }
}
