import Substrate

extension ByteRange {
    /// A range as a key: texts are interned, so equal texts are equal ranges.
    struct Key: Hashable {
        let range: ByteRange

        init(_ range: ByteRange) { self.range = range }

        func hash(into hasher: inout Hasher) {
            hasher.combine(range.offset)
            hasher.combine(range.count)
        }
    }
}
