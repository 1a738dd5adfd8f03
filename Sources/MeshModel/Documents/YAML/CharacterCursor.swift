import Substrate

/// Finds the byte of a character, which is what libyaml's marks count. Questions come in rising order, so a whole
/// file costs one walk.
struct CharacterCursor {
    private var character = 0
    private var offset = 0

    /// Whether the scalar between two marks carries a tag: `!` first, or `&anchor` first and `!` after it.
    mutating func startsWithTag(_ bytes: Bytes, from start: Int, to end: Int) -> Bool {
        move(to: start, in: bytes)
        guard start < end, offset < bytes.count else { return false }
        if bytes[offset] == UInt8(ascii: "!") { return true }
        guard bytes[offset] == ASCII.ampersand else { return false }
        var index = offset
        while index < bytes.count, !Self.isBlank(bytes[index]) { index += 1 }
        while index < bytes.count, Self.isBlank(bytes[index]) { index += 1 }
        return index < bytes.count && bytes[index] == UInt8(ascii: "!")
    }

    private mutating func move(to target: Int, in bytes: Bytes) {
        while character < target, offset < bytes.count {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            character += 1
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == ASCII.space || byte == ASCII.tab || byte == ASCII.lineFeed || byte == ASCII.carriageReturn
    }
}
