import Substrate

/// Crockford's base 32: digits and upper-case letters without I, L, O and U, in ASCII order.
enum Crockford {
    private static var digits: StaticString { "0123456789ABCDEFGHJKMNPQRSTVWXYZ" }

    static func digit(_ value: UInt8) -> UInt8 { Bytes(digits)[Int(value & 31)] }

    static func value(of byte: UInt8) -> UInt8? {
        if let digit = ASCII.digitValue(byte) { return digit }
        switch byte {
        case 0x41...0x48: return byte &- 0x41 &+ 10  // A…H
        case 0x4A...0x4B: return byte &- 0x4A &+ 18  // J K
        case 0x4D...0x4E: return byte &- 0x4D &+ 20  // M N
        case 0x50...0x54: return byte &- 0x50 &+ 22  // P…T
        case 0x56...0x5A: return byte &- 0x56 &+ 27  // V…Z
        default: return nil
        }
    }
}
