import Substrate

/// Finds the empty line that ends a head or a trailer section, remembering how far it looked, so that a section
/// that arrives byte by byte is scanned once.
///
/// Takes a bare line feed for a line's end: the parser, which runs next, refuses it.
struct SectionScanner: BitwiseCopyable {
    private(set) var scannedBytes: UInt32 = 0
    private var lineStart: UInt32 = 0
    private(set) var lines: UInt16 = 0

    /// Whether `section`, the same bytes as before with more behind them, holds the empty line now.
    mutating func findsEnd(in section: Bytes) -> Bool {
        var from = Int(scannedBytes)
        while let feed = section.firstIndex(of: ASCII.lineFeed, from: from) {
            let start = Int(lineStart)
            if feed == start || (feed == start &+ 1 && section[start] == ASCII.carriageReturn) { return true }
            from = feed &+ 1
            lineStart = UInt32(truncatingIfNeeded: from)
            lines = lines == .max ? lines : lines &+ 1
        }
        scannedBytes = UInt32(truncatingIfNeeded: section.count)
        return false
    }
}
