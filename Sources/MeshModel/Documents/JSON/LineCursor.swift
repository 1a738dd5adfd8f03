import Substrate

/// Turns offsets into lines and columns. Questions come in rising order, so a whole file costs one walk.
struct LineCursor {
    private var offset = 0
    private var line = 1
    private var column = 1

    mutating func position(of target: Int, in bytes: Bytes) -> DocumentNode.Position {
        while offset < min(target, bytes.count) {
            let byte = bytes[offset]
            if byte == ASCII.lineFeed {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            offset += 1
        }
        return DocumentNode.Position(line: line, column: column)
    }
}
