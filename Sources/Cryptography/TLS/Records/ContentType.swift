/// What a record carries (RFC 8446 §5.1). Under protection the outer type is always `applicationData`.
enum ContentType: UInt8 {
    case alert = 21
    case handshake = 22
    case applicationData = 23
}
