@testable import Cryptography

/// Handshake messages behind a handshake, put together and looked at whole: what the layer's byte machine must agree with.
struct HandshakeReading {
    let isClient: Bool
    private var bytes: [UInt8] = []

    init(isClient: Bool) { self.isClient = isClient }

    var isMidway: Bool { !bytes.isEmpty }

    /// - Returns: whether the peer's keys change now and, if so, whether it asks that ours do.
    mutating func read(_ content: [UInt8]) throws(RecordFault) -> Bool? {
        bytes += content
        while bytes.count >= 4 {
            let length = Int(bytes[1]) << 16 | Int(bytes[2]) << 8 | Int(bytes[3])
            let isTicket = bytes[0] == 4 && isClient
            guard bytes[0] == 24 || isTicket else { throw .broken(.unexpectedMessage) }
            let isLength = isTicket ? length > 0 && length <= 65_536 : length == 1
            guard isLength else { throw .broken(.decodeError) }
            guard bytes.count >= 4 + length else { return nil }
            let message = Array(bytes[4..<4 + length])
            bytes.removeFirst(4 + length)
            if isTicket { continue }
            guard message[0] < 2 else { throw .broken(.illegalParameter) }
            // Behind a change of keys comes another record.
            guard bytes.isEmpty else { throw .broken(.unexpectedMessage) }
            return message[0] == 1
        }
        return nil
    }
}
