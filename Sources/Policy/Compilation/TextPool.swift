import Substrate

/// Every text of a snapshot, each once, behind one another.
struct TextPool {
    private(set) var bytes: [UInt8] = []
    private var known: [String: ByteRange] = [:]

    mutating func intern(_ text: String) -> ByteRange {
        if let range = known[text] { return range }
        let offset = bytes.count
        bytes.append(contentsOf: text.utf8)
        let range = ByteRange(offset: offset, count: bytes.count - offset)
        known[text] = range
        return range
    }
}
