import Substrate

/// What an event or a timer is about, in the 64 bits that epoll and the timer wheel carry.
enum TokenKind: UInt8 {
    case server = 1
    case client = 2
    case listener = 3
    case poolSweep = 4
    case handler = 5
    case acceptResume = 6
}

struct Token {
    let bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    /// 8 bits of kind, 24 of index, 32 of generation.
    init(_ kind: TokenKind, _ id: SlotID) {
        bits = UInt64(kind.rawValue) << 56 | UInt64(id.index & 0xFF_FFFF) << 32 | UInt64(id.generation)
    }

    var kind: TokenKind? { TokenKind(rawValue: UInt8(truncatingIfNeeded: bits >> 56)) }
    var id: SlotID {
        SlotID(
            index: UInt32(truncatingIfNeeded: bits >> 32) & 0xFF_FFFF,
            generation: UInt32(truncatingIfNeeded: bits))
    }

    /// Most slots of one kind that a token can name.
    static var maxSlots: Int { 1 << 24 }
}
